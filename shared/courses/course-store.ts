import type { Item, Key, Table } from '../aws/table.ts';
import { channelId, type TeamId } from '../base/names.ts';
import type { Course } from './course.ts';
import { type Outcome, revisionOf, type Saying, saidIn, write } from './kept.ts';

type Named = Pick<Course, 'name' | 'type'>;

/**
 * The courses of every tenant. What a course is called lies in one table, the channel in which it is announced in another;
 * the channel bears the revision of the course that it was said with, so that of two who speak at once one is heard in both.
 */
export class CourseStore {
  readonly #courses: Table;
  readonly #channels: Table;

  constructor(courses: Table, channels: Table) {
    this.#courses = courses;
    this.#channels = channels;
  }

  /** Keeps a course: what it is called, then its channel. A crash in between is put right by saying it again. */
  async put(team: TeamId, course: Course, { at, before }: Saying<Course>): Promise<Outcome> {
    const key = courseKey(team, course.id);
    const { name, type, announcementChannel: channel } = course;
    for (;;) {
      const [kept, mapped] = await Promise.all([this.#courses.get(key), this.#channels.get(key)]);
      const previous = kept && courseOf(kept, mapped);
      if (previous && mapped && isSame(previous, course)) return 'same';
      await before(previous);
      if (!(await write(this.#courses, key, { name, type } satisfies Named, kept, at))) continue;
      const revision = revisionOf(kept) + 1;
      await this.#channels.replace(
        { ...key, channel, revision, at },
        { when: 'attribute_not_exists(pk) OR revision < :said', values: { ':said': revision } },
      );
      return kept ? 'changed' : 'new';
    }
  }

  async course(team: TeamId, id: string): Promise<Course | undefined> {
    const key = courseKey(team, id);
    const [kept, mapped] = await Promise.all([this.#courses.get(key), this.#channels.get(key)]);
    return kept && courseOf(kept, mapped);
  }

  /** Whether a course was ever said to exist. */
  async knows(team: TeamId, id: string): Promise<boolean> {
    return (await this.#courses.get(courseKey(team, id))) !== undefined;
  }

  /** Every course of a team, in the order of their ids, page by page. */
  async *courses(team: TeamId): AsyncGenerator<Course> {
    const { pk, sk: prefix } = courseKey(team, '');
    for await (const page of this.#courses.pages(pk, prefix)) {
      const mapped = new Map((await this.#channels.getMany(page)).map((item) => [item.sk, item]));
      for (const kept of page) yield courseOf(kept, mapped.get(kept.sk));
    }
  }
}

function courseKey(team: TeamId, id: string): Key {
  return { pk: `${team}#courses`, sk: `course#${id}` };
}

function courseOf(kept: Item, mapped: Item | undefined): Course {
  const { name, type } = saidIn<Named>(kept);
  const channel = mapped?.['channel'];
  return {
    id: kept.sk.slice('course#'.length),
    name,
    type,
    announcementChannel: typeof channel === 'string' ? channelId(channel) : null,
  };
}

function isSame(one: Course, other: Course): boolean {
  return one.name === other.name && one.type === other.type && one.announcementChannel === other.announcementChannel;
}
