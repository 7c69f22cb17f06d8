/**
 * The two cookies of the hosted pages. `__Host-` makes browsers refuse them from any other host, a subdomain too, and over
 * plain HTTP. https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
 */
const names = { browser: '__Host-war-room-browser', session: '__Host-war-room-session' } as const;

type Cookie = keyof typeof names;

/** Lax: sent along when Slack leads back here, and not with forms of other pages. */
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** What a request brings of a cookie, if it is one that could be ours. `cookies` as API Gateway hands them over. */
export function cookieIn(cookies: readonly string[] | undefined, cookie: Cookie): string | undefined {
  const prefix = `${names[cookie]}=`;
  const value = cookies?.find((one) => one.startsWith(prefix))?.slice(prefix.length);
  return value !== undefined && /^[\w.-]{1,2000}$/.test(value) ? value : undefined;
}

/** Sets it for `seconds`. */
export function setCookie(cookie: Cookie, value: string, seconds: number): string {
  return `${names[cookie]}=${value}; Max-Age=${seconds}; ${attributes}`;
}

export function clearCookie(cookie: Cookie): string {
  return setCookie(cookie, '', 0);
}
