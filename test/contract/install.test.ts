/** Round trips to Slack and back: what is granted, kept, given back and told. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { userId } from '../../shared/base/names.ts';
import { acme, bright, type Hosted, people, saying, startHosted, Visitor } from '../support/visitor.ts';

let hosted: Hosted;
let browser: Visitor;

beforeEach(async () => {
  hosted = await startHosted();
  browser = new Visitor(hosted.parts);
});
afterEach(() => hosted.stop());

/** Somebody in the directory, as the company's own systems put them there. */
async function enter(id: string, name: string, email: string, team = acme): Promise<void> {
  const put = await hosted.directory.put(team, { id, name, email, managerId: null, active: true });
  if (put.outcome === 'refused') throw new Error(JSON.stringify(put.wrong));
}

/** Whether Slack takes the token that is kept. */
async function works(author: { token: () => Promise<string> } | undefined): Promise<boolean> {
  return author !== undefined && (await hosted.parts.slack.identity(await author.token())).ok;
}

describe('the first installation in a workspace', () => {
  it('asks for the scopes of the app only, and leads back to the address that is set, not to the one in the request', async () => {
    const { location = '', status, cookies } = await browser.get('/slack/install');
    const asked = new URL(location);

    expect(status).toBe(303);
    expect(asked.origin + asked.pathname).toBe(`${hosted.world.front.url}/oauth/v2/authorize`);
    expect(asked.searchParams.get('scope')?.split(',').sort()).toEqual([...hosted.world.seed.app.scopes].sort());
    expect(asked.searchParams.has('user_scope')).toBe(false);
    expect(asked.searchParams.get('redirect_uri')).toBe('https://war-room.example/slack/oauth/callback');
    expect(cookies).toEqual([
      expect.stringMatching(
        /^__Host-war-room-browser=[\w-]{43}; Max-Age=86400; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
      ),
    ]);
  });

  it('keeps the app’s token, makes the workspace’s record and channels, and makes the installer its first admin', async () => {
    const page = await browser.roundTrip('/slack/install', people.arjunOfBright);

    expect(page).toMatchObject({ status: 200, heading: 'War Room is in Bright Path Tutors' });
    expect(await works(await hosted.installations.bot(bright))).toBe(true);
    expect(await hosted.directory.admin(bright, people.arjunOfBright)).toEqual({
      id: people.arjunOfBright,
      name: 'Arjun Mehta',
      email: 'arjun.mehta@acme-academy.example',
      managerId: null,
      active: true,
    });
    const team = await hosted.installations.team(bright);
    expect(team).toMatchObject({
      name: 'Bright Path Tutors',
      timeZone: 'Asia/Kolkata',
      installer: people.arjunOfBright,
    });
    const channels = hosted.slack
      .channels()
      .filter(({ id }) => Object.values(team?.channels ?? {}).includes(id as never));
    expect(channels.map(({ name, isPrivate, members }) => [name, isPrivate, [...members].sort()])).toEqual(
      ['war-room-payments', 'war-room-part-payments', 'war-room-ops'].map((name) => [
        name,
        true,
        ['U0ARJUN002', 'U0WARROOM2'],
      ]),
    );
  });

  it('says that the app is there once everything is kept, so that what waited is told at once', async () => {
    let keptBefore = false;
    const announce = async () => {
      keptBefore = (await hosted.installations.team(bright)) !== undefined;
    };
    await new Visitor({ ...hosted.parts, announce }).roundTrip('/slack/install', people.arjunOfBright);

    expect(keptBefore).toBe(true);
  });

  it('signs the installer in, offers the second consent, and leaves nothing in the address that could be used again', async () => {
    const back = await browser.consent('/slack/install', people.arjunOfBright);
    const { location } = await browser.get(back);
    const page = await browser.get(location ?? '');

    expect(location).toBe('/connected?what=app');
    expect(page.text).toContain('href="/slack/install?as=me"');
    expect(page.text).toContain('Post as yourself');
    expect(await hosted.installations.connection(bright, people.arjunOfBright)).toBeUndefined();
  });

  it('does not enter somebody as an admin whose address Slack has not confirmed', async () => {
    hosted.slack.putMember(
      { id: 'U0NEW00001', name: 'new', realName: 'Nila New', email: 'nila@example.com', emailConfirmed: false },
      bright,
    );

    const page = await browser.roundTrip('/slack/install', 'U0NEW00001');

    expect(page).toMatchObject({ status: 200, heading: 'War Room is installed, but your address is not confirmed' });
    expect(await works(await hosted.installations.bot(bright))).toBe(true);
    expect(await hosted.directory.byEmail(bright, 'nila@example.com')).toBeUndefined();
    expect(browser.jar.has('__Host-war-room-session')).toBe(false);
  });

  it('by two people at once is one: one record, one set of channels with both in it, and both know of it', async () => {
    hosted.slack.putMember({ id: 'U0SECOND01', name: 'two', realName: 'Tara Two', email: 'tara@example.com' }, bright);
    // Neither goes on to the channels before both are there: each is the first.
    let waiting = 0;
    const both = Promise.withResolvers<void>();
    const slack = (own: Hosted['parts']['slack']) =>
      saying(own, {
        createPrivate: async (...args) => {
          waiting += 1;
          if (waiting === 2) both.resolve();
          await both.promise;
          return own.createPrivate(...args);
        },
      });
    const install = async (user: string) => {
      const visitor = new Visitor(hosted.rebuilt({ slack }));
      return visitor.follow(await visitor.consent('/slack/install', user));
    };

    const pages = await Promise.all([install(people.arjunOfBright), install('U0SECOND01')]);

    const made = hosted.slack.channels().filter(({ name }) => name.startsWith('war-room-'));
    const { channels, installer } = (await hosted.installations.team(bright)) ?? {};
    expect(pages.map(({ heading }) => heading)).toEqual(Array(2).fill('War Room is in Bright Path Tutors'));
    expect(made.map(({ id }) => id).sort()).toEqual(Object.values(channels ?? {}).sort());
    for (const { members } of made) expect(members).toEqual(expect.arrayContaining(['U0ARJUN002', 'U0SECOND01']));
    expect([people.arjunOfBright, 'U0SECOND01']).toContain(installer);
  });

  it('takes the installer for the one whom the directory has under that address already', async () => {
    await enter('adm_arjun', 'Arjun M.', 'Arjun.Mehta@ACME-academy.example', bright);

    await browser.roundTrip('/slack/install', people.arjunOfBright);

    expect(await hosted.directory.admin(bright, people.arjunOfBright)).toBeUndefined();
    expect((await browser.get('/connections')).text).toContain('Arjun M.');
  });

  it('says what to do where Slack does not let it make channels, and finishes the next time', async () => {
    hosted.slack.fault({ method: 'conversations.create', kind: 'error', error: 'restricted_action' });

    const refused = await browser.roundTrip('/slack/install', people.arjunOfBright);
    const before = await hosted.installations.team(bright);
    hosted.slack.resetFaults();
    const done = await browser.roundTrip('/slack/install', people.arjunOfBright);

    expect(before).toBeUndefined();
    expect(refused.text).toContain('Payments wait for their channels.');
    expect(done.text).not.toContain('Payments wait for their channels.');
    expect((await hosted.installations.team(bright))?.channels).toBeDefined();
  });
});

describe('an installation in a workspace that has one', () => {
  beforeEach(() => browser.roundTrip('/slack/install', people.kavya).then(() => undefined));

  it('keeps the new token and leaves channels, installer and directory as they are', async () => {
    const before = await hosted.installations.team(acme);
    const bot = await hosted.installations.bot(acme);
    if (bot) await hosted.installations.markDead(acme, bot, 1, 'token_revoked');
    hosted.clock.advance(60_000);

    const page = await browser.roundTrip('/slack/install', people.kavya);

    expect(page.heading).toBe('War Room is in Acme Academy');
    expect(await hosted.installations.team(acme)).toEqual(before);
    expect(await works(await hosted.installations.bot(acme))).toBe(true);
    expect(hosted.announced).toEqual([acme, acme]);
  });

  it('tells an installer whom the directory does not know that they are not in it, and enters nobody', async () => {
    const other = new Visitor(hosted.parts);

    const page = await other.roundTrip('/slack/install', people.meera);

    expect(page).toMatchObject({ status: 200, heading: 'War Room is installed, and does not know you yet' });
    expect(await hosted.directory.byEmail(acme, 'meera.thomas@acme-academy.example')).toBeUndefined();
  });
});

describe('posting as oneself', () => {
  beforeEach(() => browser.roundTrip('/slack/install', people.kavya).then(() => undefined));

  it('asks for the person’s scope only, of the workspace where they are signed in', async () => {
    const { location = '' } = await browser.get('/slack/install?as=me');
    const { searchParams } = new URL(location);

    expect(searchParams.get('user_scope')).toBe('chat:write');
    expect(searchParams.has('scope')).toBe(false);
    expect(searchParams.get('team')).toBe(acme);
  });

  it('keeps the token of somebody whom the directory knows, and says so', async () => {
    const page = await browser.roundTrip('/slack/install?as=me', people.kavya);

    expect(page.heading).toBe('Connected: messages now appear as you');
    const author = await hosted.installations.admin(acme, people.kavya);
    expect(author).toMatchObject({ kind: 'user', user: people.kavya });
    expect(await works(author)).toBe(true);
    expect((await browser.get('/connections')).text).toMatch(/Posting as yourself[\s\S]*Connected[\s\S]*Disconnect/);
  });

  it('finds people by their confirmed address, whatever its case, without their signing in first', async () => {
    await enter('adm_meera', 'Meera T.', 'MEERA.thomas@acme-academy.example');
    const other = new Visitor(hosted.parts);

    const page = await other.roundTrip(`/slack/install?as=me&team=${acme}`, people.meera);

    expect(page.heading).toBe('Connected: messages now appear as you');
    expect(await hosted.installations.admin(acme, 'adm_meera')).toMatchObject({ user: people.meera });
  });

  it('gives back at once what somebody granted whom the directory does not know', async () => {
    const other = new Visitor(hosted.parts);

    const page = await other.roundTrip('/slack/install?as=me', people.sana);

    expect(page).toMatchObject({ status: 403, heading: 'Your e-mail address is not known here' });
    expect(page.text).toContain('was given back at once');
    expect(await hosted.installations.connection(acme, people.sana)).toBeUndefined();
    expect(hosted.slack.calls()['auth.revoke']).toBe(1);
    expect(await works(await hosted.installations.bot(acme))).toBe(true);
    expect(other.jar.has('__Host-war-room-session')).toBe(false);
  });

  it.each(['never confirmed', 'changed meanwhile'])(
    'gives back what somebody granted whose address proves nothing: %s',
    async (why) => {
      await enter('adm_nila', 'Nila', 'nila@example.com');
      const nila = { id: 'U0NEW00001', name: 'nila', realName: 'Nila', email: 'nila@example.com' };
      hosted.slack.putMember(why === 'never confirmed' ? { ...nila, emailConfirmed: false } : nila);
      const other = new Visitor(hosted.parts);

      const back = await other.consent('/slack/install?as=me', nila.id);
      if (why === 'changed meanwhile') hosted.slack.putMember({ ...nila, emailConfirmed: false });
      const page = await other.follow(back);

      expect(page).toMatchObject({ status: 403, heading: 'Your e-mail address is not confirmed' });
      expect(await hosted.installations.connection(acme, userId(nila.id))).toBeUndefined();
      expect(hosted.slack.calls()['auth.revoke']).toBe(1);
    },
  );

  it('notes it and says so where Slack ends the app’s access along with a token that is given back', async () => {
    hosted.slack.behave({ revocation: 'installation' });
    const other = new Visitor(hosted.parts);

    const page = await other.roundTrip('/slack/install?as=me', people.sana);

    expect(page.text).toContain('Slack has ended War Room’s own access');
    expect(await hosted.installations.bot(acme)).toBeUndefined();
    expect((await browser.get('/connections')).text).toMatch(/War Room in Acme Academy[\s\S]*Not connected/);
  });

  it('drops what is kept of somebody who has left the directory and consents again', async () => {
    await enter('adm_meera', 'Meera T.', 'meera.thomas@acme-academy.example');
    const other = new Visitor(hosted.parts);
    await other.roundTrip('/slack/install?as=me', people.meera);
    await hosted.directory.remove(acme, 'adm_meera');

    const page = await other.roundTrip('/slack/install?as=me', people.meera);

    expect(page.heading).toBe('Your e-mail address is not known here');
    expect(await hosted.installations.connection(acme, people.meera)).toBeUndefined();
    expect(await hosted.installations.admin(acme, 'adm_meera')).toBeUndefined();
  });

  it('drops also what another tab keeps of them meanwhile', async () => {
    await enter('adm_meera', 'Meera T.', 'meera.thomas@acme-academy.example');
    const other = new Visitor(hosted.parts);
    await other.roundTrip('/slack/install?as=me', people.meera);
    await hosted.directory.remove(acme, 'adm_meera');
    const installations = saying(hosted.installations, {
      connection: async () => {
        const kept = await hosted.installations.connection(acme, people.meera);
        const token = { user: people.meera, token: 'xoxp-another', installedAt: hosted.clock.now() + 1 };
        await hosted.installations.saveAdmin(acme, 'adm_meera', token);
        return kept;
      },
    });

    await new Visitor({ ...hosted.parts, installations }).roundTrip('/slack/install?as=me', people.meera);

    expect(await hosted.installations.connection(acme, people.meera)).toBeUndefined();
  });

  it('is not possible where War Room is not installed', async () => {
    const page = await browser.roundTrip('/slack/install?as=me&team=T0BRIGHT01', people.arjunOfBright);

    expect(page).toMatchObject({ status: 409, heading: 'War Room is not in this workspace' });
    expect(page.text).toContain('was given back at once');
  });
});

describe('what can go wrong on the way', () => {
  it.each([
    ['/slack/install', 'Cancelled, and nothing has changed'],
    ['/slack/install?as=me', 'Cancelled, and nothing has changed'],
  ])('cancelled: %s', async (address, heading) => {
    const page = await browser.follow(await browser.consent(address, people.kavya, 'cancel'));

    expect(page).toMatchObject({ status: 200, heading });
    expect(await hosted.installations.bot(acme)).toBeUndefined();
    expect(hosted.announced).toEqual([]);
  });

  it('a scope that was declined: nothing is kept, and what was granted goes back', async () => {
    hosted.slack.behave({ withheld: ['users:read.email', 'groups:write'] });

    const page = await browser.roundTrip('/slack/install', people.arjunOfBright);

    expect(page).toMatchObject({ status: 403, heading: 'A permission is missing' });
    expect(page.text).toContain('<li><code>groups:write</code></li><li><code>users:read.email</code></li>');
    expect(page.text).toContain('was given back at once');
    expect(await hosted.installations.bot(bright)).toBeUndefined();
  });

  it('a scope that is missing at a second installation leaves the first one working', async () => {
    await browser.roundTrip('/slack/install', people.arjunOfBright);
    hosted.slack.behave({ tokens: 'fresh', withheld: [] });
    const back = await browser.consent('/slack/install', people.arjunOfBright);
    const parts = hosted.rebuilt({
      slack: (own) =>
        saying(own, {
          exchange: async (...args: Parameters<typeof own.exchange>) => {
            const asked = await own.exchange(...args);
            return asked.ok && 'bot' in asked.value && asked.value.bot
              ? { ok: true, value: { ...asked.value, bot: { ...asked.value.bot, scopes: 'chat:write' } } }
              : asked;
          },
        }),
    });
    const other = new Visitor(parts);
    for (const [name, value] of browser.jar) other.jar.set(name, value);

    const page = await other.follow(back);

    expect(page.heading).toBe('A permission is missing');
    expect(page.text).not.toContain('given back');
    expect(await works(await hosted.installations.bot(bright))).toBe(true);
  });

  it('an installation for a whole organisation is refused, and its tokens go back', async () => {
    hosted.slack.behave({ organization: true });

    const page = await browser.roundTrip('/slack/install', people.arjunOfBright);

    expect(page).toMatchObject({ status: 409, heading: 'War Room is added to one workspace at a time' });
    expect(page.text).toContain('was given back at once');
    expect(await hosted.installations.bot(bright)).toBeUndefined();
  });

  it('another workspace than the one that was meant: nothing is kept', async () => {
    const page = await browser.roundTrip(`/slack/install?team=${acme}`, people.arjunOfBright);

    expect(page).toMatchObject({ status: 409, heading: 'That was another workspace' });
    expect(page.text).toContain('Bright Path Tutors');
    expect(await hosted.installations.bot(bright)).toBeUndefined();
  });

  it('another person than the one who is signed in: what they granted goes back, and nobody is connected', async () => {
    await browser.roundTrip('/slack/install', people.kavya);
    await enter('adm_sana', 'Sana Q.', 'sana.qureshi@acme-academy.example');

    const page = await browser.roundTrip('/slack/install?as=me', people.sana);

    expect(page).toMatchObject({ status: 409, heading: 'You allowed it as somebody else' });
    expect(await hosted.installations.connection(acme, people.sana)).toBeUndefined();
    expect(await hosted.installations.connection(acme, people.kavya)).toBeUndefined();
  });

  it('but what is connected of that other person stays as it was', async () => {
    await browser.roundTrip('/slack/install', people.kavya);
    await enter('adm_sana', 'Sana Q.', 'sana.qureshi@acme-academy.example');
    await new Visitor(hosted.parts).roundTrip('/slack/install?as=me', people.sana);

    const page = await browser.roundTrip('/slack/install?as=me', people.sana);

    expect(page.heading).toBe('You allowed it as somebody else');
    expect(page.text).not.toContain('given back');
    expect(await works(await hosted.installations.admin(acme, 'adm_sana'))).toBe(true);
  });

  it.each([
    ['oauth.v2.access', 'reset'],
    ['oauth.v2.access', 'status'],
    ['auth.test', 'reset'],
    ['users.info', 'reset'],
  ] as const)('Slack does not answer %s (%s): a page says so, and nothing is kept', async (method, kind) => {
    const back = await browser.consent('/slack/install', people.arjunOfBright);
    hosted.slack.fault({ method, kind });

    const page = await browser.follow(back);

    expect(page).toMatchObject({ status: 424, heading: 'Slack did not answer' });
    expect(await hosted.installations.bot(bright)).toBeUndefined();
  });

  it('Slack says nothing at all: nobody waits for it for ever', async () => {
    const back = await browser.consent('/slack/install', people.arjunOfBright);
    hosted.slack.fault({ method: 'oauth.v2.access', kind: 'timeout' });
    const other = new Visitor(hosted.rebuilt({ timeoutMs: 200 }));
    for (const [name, value] of browser.jar) other.jar.set(name, value);

    expect(await other.follow(back)).toMatchObject({ status: 424, heading: 'Slack did not answer' });
  });

  it('a client secret that was replaced: the one before and one that was put there just now are tried, the code stays good', async () => {
    const back = await browser.consent('/slack/install', people.arjunOfBright);
    const clientSecrets = ['wrong', ...hosted.app.clientSecrets] as const;
    const app = { ...hosted.app, clientSecrets: [...clientSecrets] as [string, ...string[]] };
    const parts = {
      ...hosted.parts,
      app: { value: async () => app, find: async <T>(look: (it: typeof app) => T) => look(app) },
    };
    const other = new Visitor(parts as typeof hosted.parts);
    for (const [name, value] of browser.jar) other.jar.set(name, value);

    expect(await other.follow(back)).toMatchObject({ heading: 'War Room is in Bright Path Tutors' });
  });

  it('no client secret that Slack knows: a person reads that it is not their fault, operators read the reason', async () => {
    const back = await browser.consent('/slack/install', people.arjunOfBright);
    hosted.slack.regenerateClientSecret('another');

    const page = await browser.follow(back);

    expect(page).toMatchObject({ status: 502, heading: 'Slack turned War Room away' });
    expect(page.text).toContain('<code>bad_client_secret</code>');
    expect(hosted.reported).toEqual(['Slack refused what an installation needs: bad_client_secret']);
  });
});
