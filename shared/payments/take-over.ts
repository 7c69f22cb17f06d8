import { shortName } from '../slack/person-name.ts';
import { actions, body, type Content, type Inline, message } from '../slack/text.ts';
import { takeOver as takeOverButton } from './buttons.ts';
import { type Fact, type Lifecycle, lastNamed } from './lifecycle.ts';
import { headline } from './message.ts';
import { onThread, type PressParts, type ThreadPress } from './press.ts';

/**
 * In whose name the thread is told from here on: whoever pressed; the app, because its row says so; or the app, until that
 * person lets it come from them at `connectUrl`.
 */
export type Posting = 'person' | 'app' | { readonly connectUrl: string };

/**
 * Gives a payment to whoever pressed *Take over*: a note among its facts, then a wake. It goes from the owner whom they saw
 * to them, or not at all: of two who press at once one gets it, and the other is told who has it. Sent again or worked twice,
 * a press is one note. Answers what the person is told.
 */
export async function takeOver(press: ThreadPress, posting: Posting, parts: PressParts): Promise<Content> {
  const { id, place, by } = press;
  return onThread(press, parts, async ({ home, facts, state, wake }) => {
    const taken = takings(facts);
    const newest = lastNamed(facts);
    const at = { account: place.account, thread: home.home };
    const isDone = taken.includes(id);
    // What was done when this press was worked before may not have woken anybody.
    if (isDone) await wake();
    if (state.owner?.id === by.id) return yours(state, isDone ? 'now' : 'already', newest?.at, posting);
    if (isDone || (state.owner?.id ?? '') !== press.seen) return another(state, newest?.at, at);

    const now = parts.clock.now();
    const since = Math.max(now, (newest?.at ?? 0) + 1);
    const owner = { id: by.id, name: by.name };
    // Named by how often it was taken before: of two who saw the same owner, only one can write it.
    const name = `owner#taken#${taken.length}`;
    if (!(await parts.store.recordNote(home, name, { kind: 'owner', owner, press: id }, since, now))) return undefined;
    await wake();
    return yours(state, 'now', since, posting);
  });
}

/** The presses by which a thread was taken over. */
function takings(facts: readonly Fact[]): string[] {
  return facts.flatMap((fact) => (fact.source === 'note' && fact.note.kind === 'owner' ? (fact.note.press ?? []) : []));
}

function yours(state: Lifecycle, when: 'now' | 'already', named: number | undefined, posting: Posting): Content {
  const from: Inline[] =
    posting === 'person'
      ? ['What is told in its thread from here on comes from you.']
      : [
          'What is told in its thread from here on comes from War Room, with your name.',
          ...(posting === 'app' ? [] : [' ', { link: posting.connectUrl, label: 'Let it come from you' }, '.']),
        ];
  return message(
    body(...headline(state)),
    body(`You look after it ${when}`, ...(when === 'already' ? sinceWhen(named) : []), '. ', ...from),
  );
}

function another(
  state: Lifecycle,
  named: number | undefined,
  at: { readonly account: string; readonly thread: string },
): Content {
  const { owner } = state;
  const who = owner ? `${shortName(owner.name) || 'Somebody else'} looks after it` : 'Nobody looks after it';
  return message(
    body(...headline(state)),
    body(who, ...sinceWhen(named), ', not whom you saw on the message. Nothing was changed.'),
    actions(takeOverButton({ ...at, owner })),
  );
}

function sinceWhen(at: number | undefined): Inline[] {
  return at === undefined ? [] : [' since ', { at: Math.floor(at / 1_000) }];
}
