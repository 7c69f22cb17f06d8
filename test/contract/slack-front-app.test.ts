/** The app that the local Slack knows is the one that War Room's manifest describes. */
import { describe, expect, it } from '@jest/globals';
import { seededCompany } from '../../lib/local/slack-front/company.ts';
import { manifestOf } from '../../shared/install/manifest.ts';

describe('the app of the seeded company', () => {
  const { app } = seededCompany();
  const manifest = manifestOf({ stage: 'live', origin: 'https://war-room.example', supportEmail: undefined });

  it('hears of the same events, of the same metadata', () => {
    const { bot_events: events, metadata_subscriptions: metadata } = manifest.settings.event_subscriptions;

    expect(app.events.toSorted()).toEqual(events.toSorted());
    expect(app.metadataEvents).toEqual(metadata);
  });

  it('has the same scopes', () => {
    expect(app.scopes.toSorted()).toEqual(manifest.oauth_config.scopes.bot.toSorted());
  });

  it('adds the same commands, in the same words', () => {
    expect(app.commands).toEqual(
      manifest.features.slash_commands.map(({ command, description, usage_hint: usage }) => ({
        command,
        description,
        usage,
      })),
    );
  });
});
