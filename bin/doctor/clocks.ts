import { durationInWords } from '../../shared/base/duration.ts';
import { type Finding, fine, unseen, wrong } from '../stage/finding.ts';

/** More than an answer may be under way, and less than the five minutes that Slack's signatures allow. */
const toleratedMs = 60_000;

/** The clocks of those who check each other's signatures. Dates as HTTP has them; undefined where nobody said one. */
export function checkClocks(
  dates: { readonly api: string | undefined; readonly slack: string | undefined },
  now: number,
): Finding {
  const [api, slack] = [Date.parse(dates.api ?? ''), Date.parse(dates.slack ?? '')];
  if (Number.isNaN(api)) return unseen('clocks', 'the API said no time');
  if (!Number.isNaN(slack) && Math.abs(api - slack) > toleratedMs) {
    return wrong(
      'clocks',
      `the API and Slack are ${apart(api, slack)} apart`,
      'Slack signs by its clock and AWS keeps its own right: wait some minutes, then ask AWS support.',
    );
  }
  if (Math.abs(api - now) > toleratedMs) {
    return wrong(
      'clocks',
      `this machine and the API are ${apart(api, now)} apart`,
      'Set the clock here right: AWS refuses what is signed by a clock that is five minutes off.',
    );
  }
  return fine(
    'clocks',
    Number.isNaN(slack) ? 'this machine and the API agree' : 'this machine, the API and Slack agree',
  );
}

const apart = (one: number, other: number): string => durationInWords(Math.round(Math.abs(one - other) / 1_000));
