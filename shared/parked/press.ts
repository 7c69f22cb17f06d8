import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import type { TeamId } from '../base/names.ts';
import { rootLink } from '../slack/permalink.ts';
import { shortName } from '../slack/person-name.ts';
import { body, type Content, message } from '../slack/text.ts';
import type { ThreadLog, ThreadRef } from '../slack/thread-log.ts';
import type { Kind } from './kind.ts';
import { shownFirst, showParked } from './notice.ts';
import type { Episode } from './record.ts';
import { isWaiting, type Parked, type ParkedStore, type Press } from './store.ts';

/** What a room has to give so that people can decide about what it parked. */
export type ParkedPressDependencies = {
  readonly kind: Kind;
  readonly parked: ParkedStore;
  /** The room's own. */
  readonly queue: Pick<Queue, 'send'>;
  /** Where a thing is told. */
  readonly threadOf: (team: TeamId, subject: string) => Promise<ThreadRef>;
  readonly log: Pick<ThreadLog, 'read'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** Who decides about an episode of their own team, and by which press: the same one acts once. */
export type Deciding = {
  readonly team: TeamId;
  readonly episode: Episode;
  readonly press: string;
  readonly by: Press['by'];
};

/** As many records are woken at a time. */
const atOnce = 20;

/**
 * Has everything that waits in an episode looked at again. Each record is first marked as being tried again, by one
 * conditional write, then its wake is sent, then it is marked as tried: a press that stops in between is finished by its
 * own repetition or by the next press, and the dedupe id of the wake is that of the parking, so that two who press at once
 * send one. Answers what to tell who pressed.
 */
export async function retryParked(deciding: Deciding, dependencies: ParkedPressDependencies): Promise<Content> {
  const { kind, parked, queue, clock } = dependencies;
  const { press } = deciding;
  return decide('retry', deciding, dependencies, async (record) => {
    if (!(await parked.begin(record, press))) return;
    await queue.send(kind.wake(record.team, record.subject, record.parking));
    await parked.sent(record, press, clock.now());
  });
}

/** Lets everything that waits in an episode be, but for what is being tried again. Answers what to tell who pressed. */
export async function ignoreParked(deciding: Deciding, dependencies: ParkedPressDependencies): Promise<Content> {
  const { parked, clock } = dependencies;
  return decide('ignore', deciding, dependencies, (record) => parked.ignore(record, deciding.press, clock.now()));
}

async function decide(
  what: Press['kind'],
  { team, episode, press, by }: Deciding,
  dependencies: ParkedPressDependencies,
  settle: (record: Parked) => Promise<unknown>,
): Promise<Content> {
  const { kind, parked, queue, clock } = dependencies;
  // Woken anew by each run of a press: what one run has told may be older than what another has done.
  const told = () => queue.send(kind.noticeWake(team, episode, `${press}#${clock.now()}`));
  const before = await parked.press(team, episode, press);
  if (before) {
    await told();
    return answer(kind, before, [], await parked.of(team, episode));
  }

  const open = (await parked.of(team, episode)).filter(isWaiting);
  for (let from = 0; from < open.length; from += atOnce) {
    await Promise.all(open.slice(from, from + atOnce).map(settle));
  }
  // By now each record is this press's or another's; what another run of the same press has taken is this one's as well.
  const own = (await parked.of(team, episode)).filter((record) => record.press === press);
  const records = own.length;
  const decided: Press = { id: press, kind: what, by, at: clock.now(), records };
  if (records > 0) await parked.decide(team, episode, decided);
  await told();
  return answer(kind, decided, records > 0 ? [] : await parked.presses(team, episode), own);
}

/** What who pressed is told; where there was nothing left to decide, who decided `before`. */
function answer(room: Kind, { kind, records }: Press, before: readonly Press[], those: readonly Parked[]): Content {
  const isOne = records === 1;
  const { one, many: several } = room.noun(those.map(({ subject }) => subject));
  const many = isOne ? `One ${one} is` : `${records.toLocaleString('en-IN')} ${several} are`;
  if (records > 0 && kind === 'retry') {
    return message(body(`${many} looked at again now. What fails again is parked again, and told in the ops channel.`));
  }
  if (records > 0) {
    const [it, stands] = isOne ? ['it', 'it stands'] : ['them', 'they stand'];
    return message(body(`${many} left as ${stands}. Anything new that is heard of ${it} is told as ever.`));
  }
  const last = before.at(-1);
  const who = last && (shortName(last.by.name) || 'Somebody');
  return message(
    last
      ? body(
          `Nothing waits here any more: ${who} ${last.kind === 'retry' ? 'had it tried again' : 'ignored it'} `,
          { at: Math.floor(last.at / 1000) },
          '.',
        )
      : body('Nothing waits here any more.'),
  );
}

/** What of an episode waits, with the ways to the threads. */
export async function lookAtParked(
  team: TeamId,
  episode: Episode,
  teamUrl: string | undefined,
  { kind, parked, threadOf, log }: Pick<ParkedPressDependencies, 'kind' | 'parked' | 'threadOf' | 'log'>,
): Promise<Content> {
  const records = await parked.of(team, episode);
  const links = new Map<string, string>();
  for (const { subject } of shownFirst(records)) {
    const link = teamUrl && rootLink(teamUrl, await log.read(await threadOf(team, subject)));
    if (link) links.set(subject, link);
  }
  return showParked(kind, records, links);
}
