/** The scopes this Slack knows, in the words of its consent page. https://docs.slack.dev/reference/scopes */

/** What a token of each kind may be asked for. A scope that stands nowhere here is refused, as a misspelt one is by Slack. */
const WORDS: Readonly<Record<'bot' | 'user' | 'sign-in', Readonly<Record<string, string>>>> = {
  bot: {
    'chat:write': 'Send messages under its own name',
    'chat:write.customize': 'Send messages under another name and picture',
    'chat:write.public': 'Send messages to public channels it has not joined',
    'channels:read': 'See the public channels there are',
    'channels:join': 'Join public channels',
    'channels:manage': 'Create and manage public channels',
    'channels:write.invites': 'Invite people to public channels',
    'channels:history': 'Read public channels it has been added to',
    'groups:read': 'See the private channels it has been added to',
    'groups:write': 'Create and manage private channels',
    'groups:write.invites': 'Invite people to private channels',
    'groups:history': 'Read private channels it has been added to',
    'im:read': 'See the direct messages it is part of',
    'im:write': 'Start direct messages with people',
    'im:history': 'Read the direct messages it is part of',
    'mpim:read': 'See the group direct messages it is part of',
    'mpim:write': 'Start group direct messages',
    'mpim:history': 'Read the group direct messages it is part of',
    'users:read': 'See who is in the workspace',
    'users:read.email': 'See the e-mail addresses of people in the workspace',
    'team:read': 'See the name and address of the workspace',
    'team.billing:read': 'See which plan the workspace has',
    'metadata.message:read': 'See what apps attach to messages',
    'files:read': 'See files shared where it has been added',
    'files:write': 'Upload and delete files',
    'reactions:write': 'Add emoji reactions',
    'conversations.connect:write': 'Invite other companies to channels',
    commands: 'Add commands that people can use',
  },
  user: {
    'chat:write': 'Send messages as you',
    'channels:read': 'See the public channels there are',
    'channels:write': 'Create and manage public channels as you',
    'channels:write.invites': 'Invite people to public channels as you',
    'channels:history': 'Read the public channels you can read',
    'groups:read': 'See the private channels you are in',
    'groups:write': 'Create and manage private channels as you',
    'groups:write.invites': 'Invite people to private channels as you',
    'groups:history': 'Read the private channels you are in',
    'im:read': 'See with whom you exchange direct messages',
    'im:write': 'Start direct messages as you',
    'im:history': 'Read your direct messages',
    'users:read': 'See who is in the workspace',
    'users:read.email': 'See the e-mail addresses of people in the workspace',
    'team:read': 'See the name and address of the workspace',
    'files:read': 'See the files you can see',
    'files:write': 'Upload and delete files as you',
    'admin.users:write': 'Invite and remove people of your workspaces, as their administrator',
  },
  'sign-in': {
    openid: 'Know who you are, and in which workspace',
    email: 'See your e-mail address',
    profile: 'See your name and picture',
  },
};

/** Who is to hold the scopes: the app, the app as a person, or the app to know who somebody is. */
export type ScopeHolder = keyof typeof WORDS;

/** What a scope allows, in words; undefined when Slack would not know it for this holder. */
export function wordsFor(holder: ScopeHolder, scope: string): string | undefined {
  return Object.hasOwn(WORDS[holder], scope) ? WORDS[holder][scope] : undefined;
}

/** Scopes as they stand in an address: with commas, or with spaces as OAuth has it. Each once. */
export function readScopes(text: string | null): readonly string[] {
  return [...new Set((text ?? '').split(/[\s,]+/).filter((scope) => scope !== ''))];
}
