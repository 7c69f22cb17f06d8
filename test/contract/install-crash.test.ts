/**
 * The crash matrix of a consent and its end: the function is stopped for good before and after each of its side effects, one
 * by one. Whatever was left, the pages say what is so, and going on leads to the end.
 */
import { describe, expect, it } from '@jest/globals';
import type { Table } from '../../shared/aws/table.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { acme, type Hosted, people, startHosted, Visitor } from '../support/visitor.ts';

const writes = new Set(['insert', 'put', 'replace', 'update', 'delete', 'take']);
const calls = new Set(['exchange', 'revoke', 'createPrivate', 'invite']);

/** What is so, wherever one looks: in the tables, at Slack, on the page. */
type Standing = {
  readonly kept: boolean;
  readonly used: boolean;
  readonly goodAtSlack: boolean;
  readonly page: 'connected' | 'leaving' | 'not connected';
};

async function standing(hosted: Hosted, token: string | undefined): Promise<Standing> {
  const kept = await hosted.installations.connection(acme, people.kavya);
  const author = await hosted.installations.admin(acme, people.kavya);
  const other = new Visitor(hosted.parts);
  const { text } = await other.roundTrip('/slack/sign-in', people.kavya);
  const said = /Posting as yourself<\/h2><p class="state \w+">([^<]+)/.exec(text)?.[1] ?? '';
  return {
    kept: kept !== undefined,
    used: author !== undefined,
    goodAtSlack: token !== undefined && (await hosted.parts.slack.identity(token)).ok,
    page: said === 'Connected' ? 'connected' : said === 'Being disconnected' ? 'leaving' : 'not connected',
  };
}

/** A browser whose requests run in a process with a fuse. */
function onAFuse(hosted: Hosted, from: Visitor, spot?: Spot): { fuse: Fuse; browser: Visitor } {
  const fuse = new Fuse(spot);
  const watched = new Map<string, Table>();
  const table = (name: string) => {
    const own = watched.get(name) ?? fuse.watch(hosted.table(name), name, (method) => writes.has(method));
    watched.set(name, own);
    return own;
  };
  const slack = (own: Hosted['parts']['slack']) => fuse.watch(own, 'slack', (method) => calls.has(method));
  const browser = new Visitor(hosted.rebuilt({ table, slack: slack as never }));
  for (const [name, value] of from.jar) browser.jar.set(name, value);
  return { fuse, browser };
}

type Scene = {
  /** Brings everything to where the watched request begins. */
  readonly before: (hosted: Hosted, browser: Visitor) => Promise<void>;
  /** The request. */
  readonly act: (browser: Visitor) => Promise<unknown>;
};

async function begun(scene: Scene): Promise<{ hosted: Hosted; browser: Visitor }> {
  const hosted = await startHosted();
  const browser = new Visitor(hosted.parts);
  await scene.before(hosted, browser);
  return { hosted, browser };
}

async function spotsOf(scene: Scene): Promise<readonly (Spot & { readonly name: string })[]> {
  const { hosted, browser } = await begun(scene);
  const counting = onAFuse(hosted, browser);
  await scene.act(counting.browser);
  await hosted.stop();
  return counting.fuse.effects.flatMap((name, effect) => [
    { effect, side: 'before' as const, name },
    { effect, side: 'after' as const, name },
  ]);
}

let back = '';
const consenting: Scene = {
  before: async (_, browser) => {
    await browser.roundTrip('/slack/install', people.kavya);
    back = await browser.consent('/slack/install?as=me', people.kavya);
  },
  act: (browser) => browser.get(back),
};

const installing: Scene = {
  before: async (_, browser) => {
    back = await browser.consent('/slack/install', people.kavya);
  },
  act: (browser) => browser.get(back),
};

const disconnecting: Scene = {
  before: async (_, browser) => {
    await browser.roundTrip('/slack/install', people.kavya);
    await browser.roundTrip('/slack/install?as=me', people.kavya);
  },
  act: (browser) => browser.disconnect(),
};

const spots = {
  consenting: await spotsOf(consenting),
  installing: await spotsOf(installing),
  disconnecting: await spotsOf(disconnecting),
};

const tokenOf = async (hosted: Hosted) => (await hosted.installations.user(acme, people.kavya))?.token();

describe('a consent to post as oneself, stopped', () => {
  it.each(spots.consenting)(
    '$side $name (effect $effect) is kept and used, or not connected at all; and can be given again',
    async (spot) => {
      const { hosted, browser } = await begun(consenting);
      const stopped = onAFuse(hosted, browser, spot);

      await expect(consenting.act(stopped.browser)).rejects.toThrow('This process is gone.');
      const token = await tokenOf(hosted);
      const left = await standing(hosted, token);
      const again = await browser.get(back);
      const done = await browser.roundTrip('/slack/install?as=me', people.kavya);
      const after = await standing(hosted, await tokenOf(hosted));
      await hosted.stop();

      expect([
        { kept: true, used: true, goodAtSlack: true, page: 'connected' },
        { kept: false, used: false, goodAtSlack: false, page: 'not connected' },
      ]).toContainEqual(left);
      // The first write is that the state is used up.
      expect(again.status).toBe(spot.effect === 0 && spot.side === 'before' ? 303 : 400);
      expect(done.heading).toBe('Connected: messages now appear as you');
      expect(after).toEqual({ kept: true, used: true, goodAtSlack: true, page: 'connected' });
    },
  );
});

describe('the first installation in a workspace, stopped', () => {
  it.each(spots.installing)(
    '$side $name (effect $effect) is taken up again, with one set of channels and one admin',
    async (spot) => {
      const { hosted, browser } = await begun(installing);
      const stopped = onAFuse(hosted, browser, spot);

      await expect(installing.act(stopped.browser)).rejects.toThrow('This process is gone.');
      const record = await hosted.installations.team(acme);
      const complete = {
        bot: (await hosted.installations.bot(acme)) !== undefined,
        admin: (await hosted.directory.byEmail(acme, 'kavya.rao@acme-academy.example')) !== undefined,
      };
      const done = await browser.roundTrip('/slack/install', people.kavya);
      const names = hosted.slack.channels().map(({ name }) => name);
      const admin = await hosted.directory.byEmail(acme, 'kavya.rao@acme-academy.example');
      await hosted.stop();

      // The record says that all the rest is there.
      if (record) expect(complete).toEqual({ bot: true, admin: true });
      expect(done.heading).toBe('War Room is in Acme Academy');
      expect(names.filter((name) => name.startsWith('war-room-')).sort()).toEqual([
        'war-room-ops',
        'war-room-part-payments',
        'war-room-payments',
      ]);
      expect(admin?.id).toBe(people.kavya);
    },
  );
});

describe('the end of a consent, stopped', () => {
  it.each(spots.disconnecting)(
    '$side $name (effect $effect) is never called done while the token is kept, and the same button ends it',
    async (spot) => {
      const { hosted, browser } = await begun(disconnecting);
      const token = await tokenOf(hosted);
      const stopped = onAFuse(hosted, browser, spot);

      await expect(disconnecting.act(stopped.browser)).rejects.toThrow('This process is gone.');
      const left = await standing(hosted, token);
      await browser.disconnect();
      const after = await standing(hosted, token);
      await hosted.stop();

      expect([
        // Nothing has happened.
        { kept: true, used: true, goodAtSlack: true, page: 'connected' },
        // It is not used any more; Slack may have heard of it or not.
        { kept: true, used: false, goodAtSlack: true, page: 'leaving' },
        { kept: true, used: false, goodAtSlack: false, page: 'leaving' },
        { kept: false, used: false, goodAtSlack: false, page: 'not connected' },
      ]).toContainEqual(left);
      expect(after).toEqual({ kept: false, used: false, goodAtSlack: false, page: 'not connected' });
    },
  );
});
