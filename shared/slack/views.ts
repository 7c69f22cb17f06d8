import type { ModalView } from '@slack/types';
import type { ChannelId, TeamId, UserId } from '../base/names.ts';
import { type Asked, type AskOptions, ask } from './asked.ts';
import { type ChannelState, stateOf } from './channel-state.ts';
import type { Installations } from './installation.ts';
import type { Content } from './text.ts';

/** A form as somebody has it open. Its hash changes with it. */
export type Shown = { readonly id: string; readonly hash: string };

/**
 * Which form to change. With `hash` it is changed only while it still is what that was read from: `hash_conflict`, and
 * nothing is shown that somebody has left behind.
 */
export type Which = { readonly id: string; readonly hash?: string };

type Parts = { readonly installations: Pick<Installations, 'bot'>; readonly slack: AskOptions };

/** What one person is shown in Slack beside messages: forms, and words for them alone. One attempt each: they wait. */
export class Views {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `trigger` opens one form within three seconds. https://docs.slack.dev/reference/methods/views.open */
  async open(team: TeamId, trigger: string, view: ModalView): Promise<Asked<Shown>> {
    return this.#ask(team, async (client) => shown(await client.views.open({ trigger_id: trigger, view })));
  }

  /** https://docs.slack.dev/reference/methods/views.update */
  async update(team: TeamId, { id, hash }: Which, view: ModalView): Promise<Asked<Shown>> {
    return this.#ask(team, async (client) =>
      shown(await client.views.update({ view_id: id, ...(hash !== undefined && { hash }), view })),
    );
  }

  /** A direct message from the app. */
  async whisper(team: TeamId, user: UserId, { text, blocks }: Content): Promise<Asked<void>> {
    return this.#ask(team, async (client) => {
      await client.chat.postMessage({ channel: user, text, blocks: [...blocks] });
    });
  }

  /** How a channel is for the app, now. */
  async channel(team: TeamId, channel: ChannelId): Promise<Asked<ChannelState>> {
    const bot = await this.#parts.installations.bot(team);
    return bot ? stateOf(await bot.token(), channel, this.#parts.slack) : notInstalled;
  }

  async #ask<T>(team: TeamId, call: Parameters<typeof ask<T>>[2]): Promise<Asked<T>> {
    const bot = await this.#parts.installations.bot(team);
    return bot ? ask(await bot.token(), this.#parts.slack, call) : notInstalled;
  }
}

const notInstalled = { ok: false, kind: 'refused', code: 'not_installed', dead: false } as const;

function shown({ view }: { readonly view?: { readonly id?: string; readonly hash?: string } }): Shown {
  return { id: view?.id ?? '', hash: view?.hash ?? '' };
}
