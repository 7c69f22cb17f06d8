/** What is kept of session reports, on each database that can run here. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { teamId } from '../../shared/base/names.ts';
import type { Shown } from '../../shared/reports/shown.ts';
import { dueShards, ReportStore } from '../../shared/reports/store.ts';
import { databasesHere, type Tables } from '../support/databases.ts';

const monday = Date.parse('2026-11-16T09:00:00+05:30');
const friday = Date.parse('2026-11-20T09:00:00+05:30');
const nextMonday = Date.parse('2026-11-23T09:00:00+05:30');
const first = { from: monday, to: friday };
const second = { from: friday, to: nextMonday };
const parts = { sessions: 'a', attendance: 'b', ratings: 'c', words: 'd', before: 'e' };
const shown: Shown = { look: 1, parts, enrolled: 4, replies: 0 };
let courses = 0;

describe.each(await databasesHere())('on $name', ({ start }) => {
  let tables: Tables;
  let store: ReportStore;
  const fresh = () => {
    courses += 1;
    return { team: teamId(`T${courses}`), course: 'crs_1' };
  };

  beforeAll(async () => {
    tables = await start();
    store = new ReportStore(tables.losingReplies('reports'));
  });
  afterAll(() => tables.stop());

  it('a course is enrolled once, with its team, and how far it is reported only moves on', async () => {
    const ref = fresh();

    await store.enrol(ref, monday);
    await new ReportStore(tables.table('reports')).enrol(ref, friday);
    expect(await store.reach(ref)).toEqual({ bornAt: monday });
    await store.reported(ref, nextMonday);
    await store.reported(ref, friday);

    expect(await store.reach(ref)).toEqual({ bornAt: monday, reportedTo: nextMonday });
    expect(await store.teams()).toContain(ref.team);
  });

  it('a report is planned once, found by any moment of its window, and due until it is told', async () => {
    const ref = fresh();
    const report = { ...ref, run: friday };
    await store.plan(ref, first, 5, 1);
    await store.plan(ref, { from: 0, to: friday }, 9);
    await store.plan(ref, second, 7);

    expect(await store.report(report)).toMatchObject({ ...first, isPlanned: true, isDue: true, gapFrom: 1, marks: 0 });
    const froms = async (at: number) => (await store.around(ref, at)).map((kept) => kept?.from);
    expect(await Promise.all([monday - 1, monday, friday - 1, friday, nextMonday].map(froms))).toEqual([
      [undefined, monday],
      [monday, friday],
      [monday, friday],
      [friday, undefined],
      [undefined, undefined],
    ]);
    const due = (await Promise.all(dueShards.map((shard) => store.due(shard, 6, 100)))).flat();
    expect(due.map((each) => each.ref)).toContainEqual(report);
    await store.told(report, 0);

    expect(await store.report(report)).toMatchObject({ isTold: true, isDue: false });
    expect((await store.untold(ref)).map(({ from }) => from)).toEqual([friday]);
  });

  it('a mark since the data was read keeps a report due, and its first time stays', async () => {
    const ref = fresh();
    const report = { ...ref, run: friday };
    await store.plan(ref, first, 5);
    await store.told(report, 0);
    const marking = new ReportStore(tables.table('reports'));
    await marking.mark(ref, first, 60);
    await marking.mark(ref, first, 90);

    await store.told(report, 1);
    expect(await store.report(report)).toMatchObject({ marks: 2, ripeAt: 90, isDue: true });
    await store.again(report, 2, 90);
    await store.rest(report, 1);
    expect((await store.report(report))?.isDue).toBe(true);
    await store.told(report, 2);

    expect(await store.report(report)).toMatchObject({ marks: 2, ripeAt: 0, isDue: false });
  });

  it('what came late for a window that nobody reports is left, unless its run comes', async () => {
    const ref = fresh();
    const marking = new ReportStore(tables.table('reports'));
    await marking.mark(ref, first, 60);
    await marking.mark(ref, second, 60);
    await store.plan(ref, second, 5);

    await store.leave({ ...ref, run: friday }, 1);
    await store.leave({ ...ref, run: nextMonday }, 1);

    expect(await store.report({ ...ref, run: friday })).toMatchObject({ isPlanned: false, isDue: false });
    expect(await store.report({ ...ref, run: nextMonday })).toMatchObject({ isPlanned: true, isDue: true });
  });

  it('of two looks at once one keeps what it showed; and a wait has one beginning', async () => {
    const ref = fresh();
    const report = { ...ref, run: friday };
    const looking = new ReportStore(tables.table('reports'));
    await store.plan(ref, first, 5);

    const looks = [
      await looking.keepShown(report, undefined, shown),
      await looking.keepShown(report, undefined, shown),
    ];
    expect([...looks, await looking.keepShown(report, shown, { ...shown, look: 2, replies: 3 })]).toEqual([
      true,
      false,
      true,
    ]);
    expect((await store.report(report))?.shown).toEqual({ ...shown, look: 2, replies: 3 });

    expect([await store.wait(ref, 7), await store.wait(ref, 9)]).toEqual([7, 7]);
    await store.endWait(ref);
    expect(await store.waiting(ref)).toBeUndefined();
  });
});
