import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { HubApi } from '../parts/hub-api.ts';
import { HubFunction, type Surroundings } from '../parts/hub-function.ts';
import type { StateStack } from '../state-stack.ts';

/** What the install room stands on. */
export interface InstallRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
  /** Told when the app is there, perhaps once more. */
  readonly slack: Queue;
}

/** What a token's ciphertext is bound to. */
const OWNER = ['team', 'user', 'kind'] as const;

/** The hosted pages: what War Room is, the way to Slack and back, and what a person has connected. */
export class InstallRoom extends Construct {
  constructor(scope: Construct, id: string, props: InstallRoomProps) {
    super(scope, id);
    const { api, state, settings, slack } = props;
    // People come one at a time: what is faster is a machine.
    const throttle = { rateLimit: 10, burstLimit: 20 };
    const told = (hosted: HubFunction): HubFunction => {
      if (settings.supportEmail !== undefined) hosted.isTold('SUPPORT_EMAIL', settings.supportEmail);
      return hosted;
    };

    // The same for everybody: it may do nothing but show them.
    const pages = told(
      new HubFunction(this, 'HostedPages', {
        ...props,
        entry: 'functions/install/pages.ts',
        description: 'Shows the pages that are the same for everybody: landing, privacy, terms, support',
        memorySize: 256,
        timeout: Duration.seconds(5),
        errors: { noAlarm: 'It reads and writes nothing; its 5xx rings for the API.' },
      }),
    );
    const everyone = 'Anyone may read what War Room is, and how it looks.';
    for (const path of ['/', '/privacy', '/terms', '/support']) {
      api.route({ method: HttpMethod.GET, path, answeredBy: pages, callers: everyone, throttle });
    }
    const ofEveryPage = { rateLimit: 50, burstLimit: 100 };
    api.route({
      method: HttpMethod.GET,
      path: '/assets/{name}',
      answeredBy: pages,
      callers: everyone,
      throttle: ofEveryPage,
    });

    // Keeps tokens. Of those that are kept it can read the app's own only, to look people up.
    const install = told(
      new HubFunction(this, 'SlackInstall', {
        ...props,
        entry: 'functions/install/oauth.ts',
        description: 'Leads to Slack’s consent and back, and keeps what was granted',
        memorySize: 512,
        timeout: Duration.seconds(29),
        errors: {
          impact: 'Nobody can add War Room to a workspace, or let it post as themselves.',
          remedy:
            'Read the error in the log of SlackInstall. People can begin again at any time; nothing is half kept.',
        },
      }),
    );
    install
      .isTold('PUBLIC_ORIGIN', settings.origin ?? api.origin)
      .mayReadSecret(state.slackSecret, 'SLACK_SECRET_ID')
      .mayUseTable(state.installStates, 'INSTALL_STATES_TABLE', ['GetItem', 'PutItem', 'DeleteItem'])
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', [
        'GetItem',
        'PutItem',
        'UpdateItem',
        'DeleteItem',
      ])
      // The first admin of a workspace is put into the directory, as its editor does that.
      .mayUseTable(state.admins, 'ADMINS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'])
      .mayUseTable(state.adminUserClosure, 'ADMIN_USER_CLOSURE_TABLE', ['Query', 'BatchWriteItem'])
      .mayUseQueue(slack, 'SLACK_QUEUE_URL', ['SendMessage'])
      .mayUseKey(state.tokenKey, 'TOKEN_KEY_ID', ['Encrypt'], OWNER)
      .mayUseKey(state.tokenKey, 'TOKEN_KEY_ID', ['Decrypt'], OWNER, { kind: 'bot' });
    const byState = 'A one-time state, kept here and bound to the browser by a cookie, is checked by the function.';
    api.route({
      method: HttpMethod.GET,
      path: '/slack/install',
      answeredBy: install,
      callers: 'Anyone may begin; Slack asks who they are.',
      throttle,
    });
    api.route({
      method: HttpMethod.GET,
      path: '/slack/oauth/callback',
      answeredBy: install,
      callers: byState,
      throttle,
    });

    // Shows and ends. It reads a token to revoke it, and the app's to see whether that ended along with it.
    const connections = told(
      new HubFunction(this, 'Connections', {
        ...props,
        entry: 'functions/install/connections.ts',
        description: 'Signs people in with Slack, shows what they have connected, and ends it',
        memorySize: 512,
        timeout: Duration.seconds(29),
        errors: {
          impact: 'People cannot see what they have connected, nor disconnect it.',
          remedy: 'Read the error in the log of Connections. Until then a person can revoke War Room in Slack itself.',
        },
      }),
    );
    connections
      .isTold('PUBLIC_ORIGIN', settings.origin ?? api.origin)
      .mayReadSecret(state.slackSecret, 'SLACK_SECRET_ID')
      .mayUseTable(state.installStates, 'INSTALL_STATES_TABLE', ['GetItem', 'PutItem', 'DeleteItem'])
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem', 'UpdateItem', 'DeleteItem'])
      .mayUseTable(state.admins, 'ADMINS_TABLE', ['GetItem'])
      .mayUseKey(state.tokenKey, 'TOKEN_KEY_ID', ['Decrypt'], OWNER);
    api.route({
      method: HttpMethod.GET,
      path: '/slack/sign-in',
      answeredBy: connections,
      callers: 'Anyone may begin; Slack asks who they are.',
      throttle,
    });
    api.route({
      method: HttpMethod.GET,
      path: '/slack/openid/callback',
      answeredBy: connections,
      callers: `${byState} So is the signature of Slack’s id_token.`,
      throttle,
    });
    const bySession =
      'A signed session cookie, and for what changes something a token in the form, which the function checks.';
    for (const [method, path] of [
      [HttpMethod.GET, '/connected'],
      [HttpMethod.GET, '/connections'],
      [HttpMethod.POST, '/connections/disconnect'],
      [HttpMethod.POST, '/sign-out'],
    ] as const) {
      api.route({ method, path, answeredBy: connections, callers: bySession, throttle });
    }
  }
}
