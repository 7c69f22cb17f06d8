/** What the app asks of a workspace, each with the reason that the landing page gives for it. */
export const botScopes = {
  'chat:write': 'write into the channels it is a member of',
  'channels:read': 'see which public channels there are',
  'channels:join': 'join the public channels you choose for it',
  'channels:manage': 'make public channels',
  'channels:history': 'find its own messages again, so that none is posted twice',
  'groups:read': 'see the private channels it was invited to',
  'groups:write': 'make the private channels it writes to, and invite people to them',
  'groups:history': 'find its own messages in private channels',
  'users:read': 'know people by their names',
  'users:read.email': 'match people with your company’s directory by their confirmed e-mail address',
  'metadata.message:read': 'recognise its own messages by a mark that people do not see',
  'im:history': 'find its own direct messages again, so that none is sent twice',
  'im:write': 'tell one person what nobody else has to know',
  commands: 'answer when it is asked something with a slash command',
  'files:write': 'attach a file to a thread',
} as const satisfies Readonly<Record<string, string>>;

/** What a person allows: that messages about their learners appear in their name. */
export const userScopes = ['chat:write'] as const;

/** What signing in with Slack asks for: who somebody is, and nothing that they could do. */
export const openIdScopes = ['openid', 'profile', 'email'] as const;

/** Those of `wanted` that are not among `granted`, a list with commas as Slack sends it. */
export function missing(wanted: Iterable<string>, granted: string): string[] {
  const given = new Set(granted.split(',').map((scope) => scope.trim()));
  return [...wanted].filter((scope) => !given.has(scope));
}
