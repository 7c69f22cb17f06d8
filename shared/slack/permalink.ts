import { type Entry, isRoot, type Thread } from './thread-log.ts';

/**
 * The address of a message, composed from the workspace's own address without asking Slack. Undefined while the
 * message is not there. https://docs.slack.dev/reference/methods/chat.getPermalink
 */
export function permalink(
  teamUrl: string,
  thread: Pick<Thread, 'destination' | 'entries'>,
  key: string,
): string | undefined {
  const { destination, entries } = thread;
  const entry = entries[key];
  if (!destination || entry?.ts === undefined || entry.state === 'gone') return undefined;
  const url = new URL(`archives/${destination.channel}/p${entry.ts.replace('.', '')}`, withSlash(teamUrl));
  const root = rootOf(entries);
  if (root?.ts !== undefined && root.ts !== entry.ts) {
    url.searchParams.set('thread_ts', root.ts);
    url.searchParams.set('cid', destination.channel);
  }
  return url.href;
}

/** The address of the root that a person sees. */
export function rootLink(teamUrl: string, thread: Pick<Thread, 'destination' | 'entries'>): string | undefined {
  const key = rootKey(thread.entries);
  return key === undefined ? undefined : permalink(teamUrl, thread, key);
}

/** The root that a person sees: its latest generation that is there. */
export function rootOf(entries: Thread['entries']): Entry | undefined {
  const key = rootKey(entries);
  return key === undefined ? undefined : entries[key];
}

function rootKey(entries: Thread['entries']): string | undefined {
  return Object.keys(entries)
    .filter(isRoot)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .findLast((key) => entries[key]?.ts !== undefined && entries[key]?.state !== 'gone');
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
