import { markerEvent } from '../slack/marker.ts';
import { botScopes, openIdScopes, userScopes } from './scopes.ts';
import { subscriptions } from './subscriptions.ts';

/** What differs between the apps of two stages. */
export type AppSettings = {
  /** The stage: the app of `live` is called War Room, any other says which it is. */
  readonly stage: string;
  /** Where people and Slack reach this War Room: `https://war-room.example.com`. */
  readonly origin: string;
  /** Whom Slack's directory names for questions; without one the app cannot be listed there. */
  readonly supportEmail: string | undefined;
};

/** A manifest of version 2, as far as War Room fills it in. https://docs.slack.dev/reference/app-manifest */
export type Manifest = ReturnType<typeof manifestOf>;

/**
 * The Slack app as Slack is told it: what it is called, what it may do, and where it is reached. A pure function of what the
 * code asks for (`scopes.ts`, `subscriptions.ts`) and of where it runs, so that the app's settings are never kept by hand.
 */
export function manifestOf({ stage, origin, supportEmail }: AppSettings) {
  const name = stage === 'live' ? 'War Room' : `War Room (${stage})`;
  return {
    _metadata: { major_version: 2 },
    display_information: {
      name,
      description: 'Every payment in one thread, told once, by the person who looks after it.',
      long_description: about,
      background_color: '#12573f',
    },
    ...(supportEmail !== undefined && {
      app_directory: {
        installation_landing_page: `${origin}/`,
        privacy_policy_url: `${origin}/privacy`,
        support_url: `${origin}/support`,
        support_email: supportEmail,
        supported_languages: ['en'],
        pricing: 'free',
        app_directory_categories: [],
        use_direct_install: true,
        direct_install_url: `${origin}/slack/install`,
      },
    }),
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: name, always_online: true },
      slash_commands: [
        {
          command: '/warroom',
          url: `${origin}/slack/commands`,
          description: 'How payments stand, why they are told where they are, and what is connected',
          usage_hint: 'help | status | explain <order or payment> | connect | routing | protect',
          should_escape: false,
        },
      ],
    },
    oauth_config: {
      redirect_urls: [`${origin}/slack/oauth/callback`, `${origin}/slack/openid/callback`],
      scopes: { bot: Object.keys(botScopes), user: [...userScopes, ...openIdScopes] },
    },
    settings: {
      event_subscriptions: {
        request_url: `${origin}/slack/events`,
        bot_events: Object.keys(subscriptions),
        // The app has no id before it is made from this; whose message it is, is looked at when the event comes in.
        metadata_subscriptions: [{ app_id: '*', event_type: markerEvent }],
      },
      interactivity: { is_enabled: true, request_url: `${origin}/slack/interactivity` },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      // It can never be switched off again, and nothing here refreshes tokens.
      token_rotation_enabled: false,
      siws_links: { initiate_uri: `${origin}/slack/sign-in` },
    },
  };
}

/** Where Slack makes an app of a manifest, once somebody has signed in and chosen a workspace. */
export function creationLink(manifest: Manifest): string {
  return `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(manifest))}`;
}

const about = [
  'War Room opens one Slack thread for each payment at Razorpay, in the channel that your own rules choose, in the name of the',
  'person who looks after that learner. The first message always shows how the payment stands; each reply tells one change:',
  'paid, failed and why, refunded, disputed with its deadline. Nothing is told twice and nothing is lost.',
  '\n\nAsk it with /warroom, open its Home to see the day, press Explain to see why, Take over to look after a payment yourself.',
  '\n\nIt shows first names and initials, courses and amounts. It never shows card or account numbers, addresses or telephone numbers.',
].join(' ');
