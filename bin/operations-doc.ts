/** `npm run operations:doc`: the pages of the alarms and of the costs, written from the templates. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../lib/app.ts';
import { readPrices } from '../lib/local/measure/prices.ts';
import type { Template } from '../lib/local/template.ts';
import { alarmsPage } from './operations-doc/alarms.ts';
import { costPage, readMeasured } from './operations-doc/cost.ts';

const docs = join(import.meta.dirname, '..', 'docs');
const outdir = mkdtempSync(join(tmpdir(), 'war-room-operations-'));
try {
  const assembly = synthesize({ stage: 'live', alarmTeam: 'T0123456789', bundle: false, outdir });
  const stacks = assembly.stacks.map(({ stackName, template }) => ({
    name: stackName,
    template: template as Template,
  }));
  const measured = readMeasured(readFileSync(join(docs, 'figures.md'), 'utf8'));
  writeFileSync(join(docs, 'alarms.md'), alarmsPage(stacks));
  writeFileSync(join(docs, 'cost.md'), costPage(stacks, readPrices(join(docs, 'prices.json')), measured));
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
console.log('Written: docs/alarms.md, docs/cost.md.');
