/**
 * What the front covers of Slack, as a table that a test holds to the truth (test/contract/slack-front-coverage.test.ts):
 * every method that is answered is here, every rule is the name of a test, every method that War Room calls is answered.
 */

/** One method of the Web API. */
export interface MethodCoverage {
  readonly method: string;
  readonly answeredBy: 'front' | 'emulate';
  /** Where the front is known to differ from Slack, or Slack's behaviour is not documented. Empty: nothing known. */
  readonly gaps: readonly string[];
}

/** Rules that concern more than one method, each the name of a test. */
export interface RuleCoverage {
  readonly about: string;
  readonly rules: readonly string[];
}

const NO_PACE = 'does not slow callers down by itself; rate limits are scripted as faults';

/** Every method that is answered. Any other is refused with `unknown_method`. */
export const methods: readonly MethodCoverage[] = [
  front(
    'admin.users.invite',
    NO_PACE,
    'answers user_disabled for a deactivated member; of one deactivated in a whole organization Slack says that they are reactivated',
    'how long a custom_message may be is not documented (500 characters here), nor what the guest’s expiry must be',
  ),
  front('apps.uninstall', 'takes the bot’s token, with which Slack may answer no_permission'),
  front(
    'auth.revoke',
    'how far it reaches without token rotation is not told exactly: a person’s whole authorization by default (see revocation)',
  ),
  front('auth.test', 'url is the front’s own, so that permalinks open here'),
  front('chat.delete'),
  front('chat.getPermalink'),
  front('chat.postEphemeral', 'is shown whenever the person looks next; Slack shows it to who is there at the moment'),
  front(
    'chat.postMessage',
    NO_PACE,
    'attachments, markdown_text, username and icons, parse, link_names and unfurling are ignored',
    'blocks of 2025 and 2026 (table, card, ...) are kept without a look inside',
    'metadata of user tokens is accepted; whether Slack does is not documented',
    'client_msg_id is ignored, since its effect is not documented',
    'a reply to a reply is refused with cannot_reply_to_message; what Slack does with one is not documented',
  ),
  front('chat.update', 'there is no edit window', 'reply_broadcast of an edit is ignored'),
  front('conversations.archive'),
  front('conversations.create'),
  front('conversations.history', NO_PACE, 'the limit of 15 for apps outside the Marketplace is not kept'),
  front('conversations.info'),
  front(
    'conversations.invite',
    'of preferences of the workspace it knows one, that guests are kept out of private channels (barsGuests)',
    'what Slack answers of a deactivated member, and of one who has not come yet, is not documented: user_not_found',
    'somebody from elsewhere is never let in: no_external_invite_permission; Slack Connect and organizations are not known',
  ),
  front(
    'conversations.inviteShared',
    NO_PACE,
    'whether a second invitation to one address is a second e-mail is not documented: it is, as the hardest reading',
    'limits of connections and preferences of workspaces are not known; not_allowed_for_grid_workspace is never said',
  ),
  front('conversations.join'),
  front('conversations.kick'),
  front('conversations.leave'),
  front('conversations.list'),
  front('conversations.members'),
  front('conversations.open'),
  front('conversations.rename', 'workspace administrators may not rename what others created'),
  front(
    'conversations.replies',
    NO_PACE,
    'the root heads the first page only; whether Slack repeats it is not documented',
  ),
  front('conversations.setPurpose'),
  front('conversations.setTopic'),
  front('conversations.unarchive'),
  front(
    'oauth.v2.access',
    'no token rotation, no PKCE, no incoming webhooks',
    'somebody with an unconfirmed e-mail address gets tokens; when Slack says user_email_unverified is not documented',
    'code_already_used is not among the documented refusals, and seen in practice',
    'x-oauth-scopes does not name identify',
  ),
  front(
    'openid.connect.token',
    'no token rotation, no PKCE',
    'the token is apart from the one that posts; whether Slack gives one for both is not documented',
  ),
  front('openid.connect.userInfo', 'no pictures but the app’s own mark'),
  front('team.info'),
  front('users.conversations'),
  front(
    'users.info',
    'the e-mail address of somebody from elsewhere is never shown; when Slack shows it is not documented',
  ),
  front(
    'users.list',
    'from how many members on limit_required is said is not documented (mostUnpaged)',
    'whether everybody who was invited is listed is not documented (listsInvited)',
    'lists people from elsewhere, as the hardest reading of the documentation',
  ),
  front('users.lookupByEmail'),
  front('views.open', 'interactivity_pointer and workflow steps are not known'),
  front('views.publish', 'anybody has a Home, whether or not they ever opened it'),
  front('views.push'),
  front('views.update'),
  emulated('bots.info'),
  emulated('files.completeUploadExternal', 'the file is kept, and its message is not shown in the front’s channels'),
  emulated('files.delete'),
  emulated('files.getUploadURLExternal', 'the upload address is not served by the front'),
  emulated('files.info'),
  emulated('files.list'),
  emulated('users.getPresence'),
  emulated('users.profile.get'),
  emulated('users.profile.set', 'does not change what users.info says'),
  emulated('users.setPresence'),
];

/** Every rule that is kept, by what it is about. */
export const rules: readonly RuleCoverage[] = [
  {
    about: 'tokens',
    rules: [
      'refuses a call without a token',
      'refuses a token it never gave',
      'refuses a token once it is revoked',
      'refuses the token of somebody who was deactivated',
      'refuses what the token has no scope for, and says which is needed',
      'says who is calling, and where permalinks lead',
      'hands profiles on to emulate, with the ids of the company',
      'takes another inner token before emulate has counted 5,000 calls, and begins again after the last',
    ],
  },
  {
    about: 'consent',
    rules: [
      'asks who is there, in which workspace, for which scopes',
      'proposes the workspace that was asked for, and lets another be chosen',
      'answers %s with a page of its own, and sends nobody anywhere',
      'leads back to what lies under a registered address, and to the registered one when none is asked for',
      'leads back to no address that only looks like a registered one',
      'sends who cancels back with access_denied and the state',
      'sends who allows back with a code and the state',
      'takes an answer from its own page only, and only for somebody who could sign in',
    ],
  },
  {
    about: 'installing',
    rules: [
      'gives a token for the app and a token for the person, each with its own scopes',
      'gives nothing for the app when only the person was asked, and nothing for the person when only the app was',
      'takes the client id and secret as HTTP Basic',
      'refuses %s',
      'takes a code once, and for ten minutes',
      'has taken a code whose answer was lost',
      'wants the address again that the consent page was sent',
      'adds scopes to the token there is, and gives a fresh one beside it when told to',
      'grants less than was asked when somebody declines',
      'tells an install for a whole organization by naming no team',
      'takes a new client secret and the old one no longer',
      'names the scopes of the token with every answer',
    ],
  },
  {
    about: 'workspaces',
    rules: [
      'lets a token see nobody and nothing of another workspace',
      'finds the same e-mail address in each workspace as somebody else',
      'gives new conversations ids that no other workspace has',
      'knows no bot where the app was never installed',
      'shows each workspace on its page, with a way to the others',
      'hands on what emulate does to the workspace of the token',
    ],
  },
  {
    about: 'signing in',
    rules: [
      'asks to sign in with a page of its own, and refuses %s',
      'says where everything is, on this machine',
      'tells who somebody is in a token signed with a published key',
      'tells no more than the scopes allow',
      'says whether the e-mail address is confirmed',
      'takes no code of installing for signing in, nor the other way round',
      'tells the same to whoever holds the token, and lets it do nothing else',
      'signs with a fresh key and still publishes the one before',
      'makes an id token that is wrong in one way when told to: %s',
      'fails to give its keys when told to',
    ],
  },
  {
    about: 'ending it',
    rules: [
      'takes all that a person allowed along with the person’s token, and leaves the app its own',
      'takes as much along as it is told to: %s',
      'leaves the app without a bot when its token is revoked, until it is installed again',
      'ends every token when the app is uninstalled, and its memberships',
      'does not revoke in testing mode',
    ],
  },
  {
    about: 'posting',
    rules: [
      'shows a message of the bot token as the app',
      'shows a message of a user token as that person, stamped with the app',
      'gives each message a later ts than the one before',
      'refuses a message with nothing in it',
      'puts a reply into the thread and echoes its thread_ts',
      'puts a reply to a deleted root into the channel, without thread_ts',
      'refuses a reply to a reply',
      'opens direct messages when the channel is a person',
      'cuts text beyond 40,000 characters without an error',
    ],
  },
  {
    about: 'changing and deleting',
    rules: [
      'edits in place and marks the message as edited',
      'keeps blocks and metadata that an edit leaves out, and clears metadata with {}',
      'does not let the app change or delete what a person posted, nor a person what the app posted',
      'does not find a message that was deleted',
      'leaves a tombstone for a deleted root with replies, until the last reply is gone',
    ],
  },
  {
    about: 'membership',
    rules: [
      'lets only members post and read',
      'does not tell that a private channel exists',
      'lets a bot with chat:write.public post where it is not a member, and still not read',
      'joins a public channel, and says so when it is in already',
      'leaves, and takes leaving twice for done',
      'refuses to post, edit or join in an archived channel, and says that it is archived',
    ],
  },
  {
    about: 'reading back',
    rules: [
      'gives roots newest first and no replies',
      'counts the replies of a root and names the latest',
      'leaves the edges of the window out unless inclusive',
      'takes seconds without decimals as an edge',
      'refuses an edge that is not a time',
      'pages by cursor until there is no more',
      'keeps its place when the message at the cursor is deleted',
      'refuses a cursor it did not give',
      'gives the root and then its replies, oldest first',
      'honours the window, the root always heading the answer',
      'pages replies by cursor',
      'gives a root without replies alone',
      'does not find a thread that never was',
      'shows a broadcast reply in the channel and in its thread',
      'gives the payload of metadata only when asked for all of it',
      'keeps block_id, and gives a block without one its own',
      'gives the permalink of a message and of a reply',
    ],
  },
  {
    about: 'sizes and shapes',
    rules: [
      'takes %s and no more',
      'says what is wrong with which block',
      'refuses blocks that are no list',
      'takes 4,000 characters of text in an edit and no more',
      'refuses metadata %s',
      'takes metadata of texts, numbers, flat objects and lists of them',
    ],
  },
  {
    about: 'people and channels',
    rules: [
      'finds people by id and by e-mail, whatever its case',
      'lists everybody in pages: bots, Slackbot, the invited, the deactivated, guests',
      'wants a limit for a large workspace, and may give fewer than that on any page',
      'shows an e-mail address only to a token with users:read.email',
      'shows guests, the unconfirmed and people from elsewhere as what they are',
      'lists public channels, and private ones to their members only',
      'keeps a name taken, archived or not, and refuses names it does not like',
      'renames what the caller created, and remembers the old name',
      'archives once and restores once',
      'invites all or, with force, those who can be, and reports the others',
      'says of each person why they cannot be invited, and answers no if nobody can, force or not',
      'invites only where the caller is, and nobody into an archived channel',
      'forgets a channel that was deleted, and gives its name away again',
      'removes one at a time, never itself',
      'opens the same direct messages with a person each time',
      'opens direct messages for a token that may, with somebody who is there, to write in',
      'pages members',
      'says of a method it does not have that it does not know it',
    ],
  },
  {
    about: 'inviting',
    rules: [
      'makes a member who was invited, and who comes when they accept',
      'may leave who was invited out of the list',
      'refuses %s when it invites into a workspace',
      'says of an address that is known how it stands, and writes to nobody twice',
      'invites from another company into one channel, by one address',
      'refuses %s when it shares a channel',
      'takes a deactivated member back',
      'does over HTTP what whoever is invited does',
    ],
  },
  {
    about: 'an event',
    rules: [
      'comes in an envelope, signed over its bytes',
      'is sent only where the app has said where to',
      'is sent only if the app subscribed to it',
      'is sent only if the app has the scope for it',
    ],
  },
  {
    about: 'what is told',
    rules: [
      'of messages: only where the bot is a member, with their metadata apart',
      'of metadata: whose it is and where',
      'of an edit and a deletion: what was there before',
      'of a deleted root with replies: that it changed into a tombstone',
      'of channels: their archiving, their names, their ids',
      'of a reply that the channel sees as well: that it is one',
      'of a private channel: under its own names, and to members only',
      'of who comes and goes, the bot itself included',
      'of people: that they came and that they changed',
      'of its end: tokens by whom they were of, and that it was uninstalled',
      'of a revocation by the app itself, too',
    ],
  },
  {
    about: 'an event that is not taken',
    rules: [
      'comes three times more: at once, after a minute, after five more',
      'comes once more when no answer came in time',
      'comes no more when the app says so',
      'comes sooner again where time passes faster',
      'does not keep others waiting',
      'is not waited for by whoever caused it',
    ],
  },
  {
    about: 'a Slack that misbehaves',
    rules: [
      'sends what is %j',
      'sends one event twice, another never, and two in the wrong order',
      'sends an event late',
      'sends an event of a shared channel in the name of another company',
      'signs with a new secret alone once it is renewed',
      'asks for a challenge back and whether commands are served',
    ],
  },
  {
    about: 'a command',
    rules: [
      'comes as a signed form that says who, where and what',
      'does not say where it was given where the channel is private',
      'is answered with words to that person alone, or to everybody',
      'that is answered with %j fails, and the person is told',
      'that nobody knows never leaves Slack',
      'is not there where the app is not',
    ],
  },
  {
    about: 'a press',
    rules: [
      'of a button of a message says which, where, and what the message was',
      'in a thread says so',
      'chooses from a menu',
      'tells of a button that is not there what there is',
    ],
  },
  {
    about: 'an answer to a press',
    rules: [
      'is for that person alone, unless it says otherwise',
      'replaces the message, or takes it away',
      'may have buttons of its own, and be replaced by their answers',
      'comes five times within half an hour',
      'is refused when it is no message',
    ],
  },
  {
    about: 'chat.postEphemeral',
    rules: [
      'shows a message to one member, in no history',
      'is refused for somebody who is not in the channel, and without words',
    ],
  },
  {
    about: 'the control API for people',
    rules: ['does over HTTP what people do, and shows what they see'],
  },
  {
    about: 'opening a modal',
    rules: [
      'shows it to who did something, and answers what it has become',
      'takes a trigger once, within three seconds, from its own workspace',
      'refuses %s, and leaves the trigger as it was',
      'takes the largest of everything, and nothing beyond 250 KB',
      'is the app’s alone',
    ],
  },
  {
    about: 'a modal that is open',
    rules: [
      'is changed by id and by the app’s own id, unless it has changed meanwhile',
      'cannot be changed once it is closed',
      'has one of each of the app’s own ids',
      'keeps what was entered where block and element keep their ids',
      'holds two more upon it, and gives them back one by one',
      'tells the app of a press in it, with what was entered so far',
      'tells the app what is typed where the block says so, and of no other typing',
      'tells the app that it was closed where the app asked for it',
    ],
  },
  {
    about: 'submitting a modal',
    rules: [
      'tells what was entered into every kind of element',
      'is stopped by Slack itself while something is missing',
      'stands with what the app finds wrong, until it is put right',
      'is followed by another view in its place, upon it, or by none at all',
      'stays open, and says that there was trouble, when the app answers %j',
    ],
  },
  {
    about: 'App Home',
    rules: [
      'is each person’s own, and changes only where the app knows how it stood',
      'tells the app that it was opened, and of presses in it',
    ],
  },
  {
    about: 'faults and control',
    rules: [
      'answers 429 with Retry-After and does nothing',
      'lets %s the effect be seen as such',
      'never answers a timeout %s the effect',
      'does the effect late, after the caller has given up',
      'strikes the named channel only',
      'lets calls pass before it strikes, and strikes as often as told',
      'strikes by chance, the same way for the same seed',
      'gives the outcome itself: an answer, a reset, silence',
      'lists its routes, and how faults and switches are written',
      'orders, lists and forgets faults',
      'names every wrong field of a fault',
      'does what people do: write, delete, rename, archive, come and go',
      'revokes tokens by person',
      'turns what belongs to the app: addresses, secret, signing key, people, switches',
      'counts calls per method',
      'says in a sentence what it does not know',
      'is closed to web pages',
    ],
  },
];

/** What is not there at all. */
export const missing: readonly string[] = [
  'reactions, pins, bookmarks, scheduled messages are refused with unknown_method',
  'shortcuts, external selects, files and rich text as inputs, and the Messages tab of an app are not there',
  'an answer at a response_url that says nothing of the original leaves it as it is; Slack is not clear about that',
  'events are never delayed for hours, nor are subscriptions ever disabled; what comes above 20,000 waiting is lost',
  'one app; no Enterprise organization but in the answer of an install',
  'nobody signs in: the consent page asks who one is, and does not skip the question for who answered it before',
];

function front(method: string, ...gaps: readonly string[]): MethodCoverage {
  return { method, answeredBy: 'front', gaps };
}

function emulated(method: string, ...gaps: readonly string[]): MethodCoverage {
  return { method, answeredBy: 'emulate', gaps };
}
