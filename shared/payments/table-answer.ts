import { body, brief, type Content, fine, type Inline, message } from '../slack/text.ts';
import { askedInWords } from './dimension.ts';
import { type Channels, channelOf, type RoutingTable } from './route.ts';

/** As many rows are shown; a table may have more. */
const rowsShown = 12;

/** A team's decision table in words: which payments each row takes, and where their threads go. */
export function tableAnswer({ version, rows }: RoutingTable, channels: Channels): Content {
  const shown = rows
    .slice(0, rowsShown)
    .map(({ name, when, then }, index): readonly Inline[] => [
      `${index + 1}. `,
      { bold: brief(name, 60) },
      `: ${brief(askedInWords(when), 120)}, to `,
      { channel: channelOf(then.channel, channels) },
      then.postAs === 'app' ? ', by War Room' : '',
    ]);
  const more = rows.length - shown.length;
  return message(
    body('The first row that takes a payment decides where its thread goes:'),
    ...shown.map((row) => body(...row)),
    fine(`${more > 0 ? `${more} more rows · ` : ''}${version === 0 ? 'the built-in table' : `version ${version}`}`),
  );
}
