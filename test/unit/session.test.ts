import { describe, expect, it } from '@jest/globals';
import { teamId, userId } from '../../shared/base/names.ts';
import { cookieIn, setCookie } from '../../shared/install/cookie.ts';
import { Sessions } from '../../shared/install/session.ts';

const session = {
  id: 'an id',
  team: teamId('T1'),
  user: userId('U1'),
  admin: 'adm_1',
  name: 'Zoë “Z” Müller',
  workspace: 'Acme',
  until: 2_000,
};
const of = (...clientSecrets: [string, ...string[]]) => new Sessions({ clientSecrets });

describe('a session', () => {
  it('is read as it was signed, until it ends', () => {
    const cookie = of('secret').sign(session);

    expect(of('secret').read(cookie, 1_999)).toEqual(session);
    expect(of('secret').read(cookie, 2_000)).toBeUndefined();
  });

  it('survives that the client secret is replaced, for as long as the one before is known', () => {
    const cookie = of('old').sign(session);

    expect(of('new', 'old').read(cookie, 1)).toEqual(session);
    expect(of('new').read(cookie, 1)).toBeUndefined();
    expect(of('old').read(of('new', 'old').sign(session), 1)).toBeUndefined();
  });

  it('is none where a form’s token of the same text is given as its signature', () => {
    const sessions = of('secret');
    const [said = ''] = sessions.sign(session).split('.');
    const forged = `${said}.${sessions.formToken({ ...session, id: said })}`;

    expect(sessions.read(forged, 1)).toBeUndefined();
  });

  it.each(['', '.', 'a.b', 'a.b.c', undefined])('is none where a cookie says %j', (cookie) => {
    expect(of('secret').read(cookie, 1)).toBeUndefined();
  });

  it('has a token for its forms that is good for no other', () => {
    const sessions = of('new', 'old');
    const token = of('old').formToken(session);

    expect(sessions.isFormToken(session, token)).toBe(true);
    expect(sessions.isFormToken({ ...session, id: 'another' }, token)).toBe(false);
    expect(sessions.isFormToken(session, '')).toBe(false);
  });
});

describe('a cookie', () => {
  it('is found among others by its whole name', () => {
    const cookies = ['x__Host-war-room-browser=no', '__Host-war-room-browser=a-b_c', '__Host-war-room-session=s.m'];

    expect([cookieIn(cookies, 'browser'), cookieIn(cookies, 'session')]).toEqual(['a-b_c', 's.m']);
    expect(cookieIn(undefined, 'browser')).toBeUndefined();
  });

  it.each(['', 'a b', 'a;b', 'ü', 'x'.repeat(2_001)])('counts as not there where it cannot be ours: %j', (value) => {
    expect(cookieIn([`__Host-war-room-browser=${value}`], 'browser')).toBeUndefined();
  });

  it('belongs to this host alone, over TLS alone, and to no script', () => {
    expect(setCookie('session', 'v', 60)).toBe(
      '__Host-war-room-session=v; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax',
    );
  });
});
