import type { Clock } from '../base/clock.ts';
import type { ChannelId } from '../base/names.ts';
import { type Refusal, refusal } from './answer.ts';
import type { SlackClient } from './client.ts';
import type { Author } from './installation.ts';

const rememberedMs = 10 * 60_000;

/**
 * Where the app is a member, and so can look its own messages up. Remembered for minutes: a post that is refused after
 * all holds the thread.
 */
export class Membership {
  readonly #client: SlackClient;
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(client: SlackClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * Makes the app a member where that is up to it. Answers why it is none, or undefined; of a channel that anybody reads, where
   * that must not be, that it is no private one.
   */
  async refusal(bot: Author, channel: ChannelId, isConfidential: boolean): Promise<Refusal | undefined> {
    // The app opened it, and the two who are in it stay.
    if (isDirectMessage(channel)) return undefined;
    const id = `${bot.user} ${channel} ${isConfidential}`;
    if ((this.#until.get(id) ?? 0) > this.#clock.now()) return undefined;
    try {
      const code = await this.#client.unusable(bot, channel, isConfidential);
      if (code) return { kind: 'destination', code };
      this.#until.set(id, this.#clock.now() + rememberedMs);
      return undefined;
    } catch (error) {
      return refusal(error, 'bot');
    }
  }
}

/** https://docs.slack.dev/reference/objects/conversation-object */
function isDirectMessage(channel: ChannelId): boolean {
  return channel.startsWith('D');
}
