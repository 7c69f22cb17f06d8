/** The function behind `/v1/courses`, `/v1/enrollments` and `/v1/sessions`, on a database in memory. */
import { createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { Table } from '../../shared/aws/table.ts';
import type { ApiKey } from '../../shared/base/api-key.ts';
import { teamId } from '../../shared/base/names.ts';
import type { Change } from '../../shared/courses/change.ts';
import { CourseStore } from '../../shared/courses/course-store.ts';
import { putCourse } from '../../shared/courses/courses.ts';
import { EnrollmentStore } from '../../shared/courses/enrollment-store.ts';
import { putEnrollment } from '../../shared/courses/enrollments.ts';
import { SessionStore } from '../../shared/courses/session-store.ts';
import { postFeedback, putAttendance, putSession } from '../../shared/courses/sessions.ts';

Object.assign(process.env, {
  COURSES_TABLE: 'Courses',
  COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE: 'CourseAnnouncementChannelMap',
  SESSIONS_TABLE: 'Sessions',
  REPORTS_TABLE: 'Reports',
  USER_SLACK_DETAILS_TABLE: 'UserSlackDetails',
  API_KEYS_SECRET_ID: 'war-room/test/api-keys',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
});

const { handler } = await import('../../functions/courses/api.ts');

const database = mockClient(DynamoDBDocumentClient);
const secrets = mockClient(SecretsManagerClient);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const course = { name: 'Data Science', type: 'bootcamp', announcementChannel: 'C0COURSEDS' };
const enrollment = {
  courseId: 'crs_1',
  learner: { id: 'lrn_1', name: 'Priya Sharma', email: 'priya@example.com' },
  status: 'active',
};
const session = {
  courseId: 'crs_1',
  title: 'Trees',
  startsAt: '2026-11-19T19:00:00+05:30',
  endsAt: '2026-11-19T20:30:00+05:30',
  status: 'held',
};

async function ask(routeKey: string, id: string, body?: unknown, key = 'wr_courses') {
  const event = {
    routeKey,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
    pathParameters: { id },
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEventV2;
  const answer = (await handler(event, {} as Context)) as unknown as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') };
}

const putTo = (kind: string, id: string, body: unknown) => ask(`PUT /v1/${kind}/{id}`, id, body);
const attend = (id: string, body: unknown) => ask('PUT /v1/sessions/{id}/attendance', id, body);
const say = (id: string, body: unknown) => ask('POST /v1/sessions/{id}/feedback', id, body);

beforeEach(() => {
  const memory = memoryDatabase();
  database.reset();
  for (const Command of [GetCommand, PutCommand, QueryCommand, UpdateCommand]) {
    database.on(Command as typeof GetCommand).callsFake((input) => memory.send(new Command(input) as GetCommand));
  }
  secrets.on(GetSecretValueCommand).resolves({
    SecretString: JSON.stringify([
      { name: 'academy', teamId: 'T1', sha256: sha256('wr_courses'), scopes: ['courses'] },
      { name: 'elsewhere', teamId: 'T2', sha256: sha256('wr_elsewhere'), scopes: ['courses'] },
      { name: 'people', teamId: 'T1', sha256: sha256('wr_people'), scopes: ['org', 'read'] },
    ]),
  });
});

describe('the function', () => {
  it('keeps a course: 201 the first time, 200 for the same again and for another, and shows it to its team', async () => {
    const moved = { ...course, announcementChannel: null };
    const answers = [
      await putTo('courses', 'crs_1', course),
      await putTo('courses', 'crs_1', course),
      await putTo('courses', 'crs_1', moved),
    ];

    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200]);
    expect(await ask('GET /v1/courses/{id}', 'crs_1')).toEqual({ status: 200, body: { id: 'crs_1', ...moved } });
    expect((await ask('GET /v1/courses/{id}', 'crs_1', undefined, 'wr_elsewhere')).status).toBe(404);
  });

  it('takes everything in the order in which it comes, says what it waits for, and has lost nothing once all is there', async () => {
    const said = await say('ses_1', { learnerId: 'lrn_1', rating: 2, text: ' too\u0007 fast 🎢 <!channel>\n' });
    const attended = await attend('ses_1', { present: ['lrn_2', 'lrn_1', 'lrn_2'], absent: [] });
    const held = await putTo('sessions', 'ses_1', session);
    const enrolled = await putTo('enrollments', 'enr_1', enrollment);
    await putTo('courses', 'crs_1', course);

    expect(said).toEqual({ status: 201, body: { sessionId: 'ses_1', learnerId: 'lrn_1', waitsFor: 'session' } });
    expect(attended).toEqual({
      status: 201,
      body: { sessionId: 'ses_1', present: 2, absent: 0, waitsFor: 'session' },
    });
    expect([held.body.waitsFor, enrolled.body.waitsFor]).toEqual(['course', 'course']);
    expect(await ask('GET /v1/sessions/{id}', 'ses_1')).toEqual({
      status: 200,
      body: {
        id: 'ses_1',
        ...session,
        startsAt: '2026-11-19T13:30:00.000Z',
        endsAt: '2026-11-19T15:00:00.000Z',
        waitsFor: null,
      },
    });
    expect((await ask('GET /v1/sessions/{id}/attendance', 'ses_1')).body).toEqual({
      sessionId: 'ses_1',
      present: ['lrn_1', 'lrn_2'],
      absent: [],
    });
    expect(await ask('GET /v1/enrollments/{id}', 'enr_1')).toEqual({
      status: 200,
      body: { id: 'enr_1', ...enrollment, waitsFor: null },
    });
    expect(await say('ses_1', { learnerId: 'lrn_1', rating: 2 })).toMatchObject({
      status: 200,
      body: { waitsFor: null },
    });
  });

  it.each([
    ['GET /v1/courses/{id}', 'No course of this id has been sent.'],
    ['GET /v1/enrollments/{id}', 'No enrolment of this id has been sent.'],
    ['GET /v1/sessions/{id}', 'No session of this id has been sent.'],
    ['GET /v1/sessions/{id}/attendance', 'Nobody has said who attended a session of this id.'],
  ])('says for %s what is not there', async (route, detail) => {
    expect(await ask(route, 'unknown')).toMatchObject({ status: 404, body: { detail } });
  });

  it.each([
    [
      'PUT /v1/courses/{id}',
      { name: '', announcementChannel: '#general', colour: 'red' },
      {
        '/name': 'must not be empty.',
        '/type': 'is missing.',
        '/announcementChannel': 'must be the id of a channel, such as C0123456789.',
        '/colour': 'is not a field here; leave it out.',
      },
    ],
    [
      'PUT /v1/enrollments/{id}',
      { courseId: 'a b', learner: { id: 'lrn_1', name: 'Priya', email: 'priya' }, status: 'paused' },
      {
        '/courseId': expect.stringContaining('must be an id of 1 to 128 letters'),
        '/learner/email': 'must be an e-mail address, such as priya@example.com.',
        '/status': 'must be "active" or "ended" or "doNotInvite".',
      },
    ],
    [
      'PUT /v1/sessions/{id}',
      { ...session, title: undefined, startsAt: '2026-11-19T20:30:00+05:30', endsAt: '2026-11-19T15:00:00Z' },
      { '/title': 'is missing.', '/endsAt': 'must be later than `startsAt`.' },
    ],
    [
      'PUT /v1/sessions/{id}',
      { ...session, courseId: '', endsAt: '2027-11-19T20:30:00+05:30' },
      { '/courseId': expect.stringContaining('must be an id'), '/endsAt': 'must be within 31 days of `startsAt`.' },
    ],
    [
      'PUT /v1/sessions/{id}',
      { ...session, startsAt: '1026-11-19T19:00:00Z', endsAt: '2026-11-19T19:00:00' },
      {
        '/startsAt': 'must lie between the years 2000 and 2100.',
        '/endsAt': expect.stringContaining('must be a time with its offset'),
      },
    ],
    [
      'PUT /v1/sessions/{id}/attendance',
      { present: ['lrn_1', 'lrn_2', 3], absent: ['lrn_3', 'lrn_2'] },
      {
        '/present/2': 'must be a text.',
        '/absent/1': 'names lrn_2, who is in `present` too.',
      },
    ],
    [
      'POST /v1/sessions/{id}/feedback',
      { learnerId: 'lrn_1', rating: 6, text: 'a\ud83c' },
      { '/rating': 'must be at most 5.', '/text': expect.stringContaining('half of a character') },
    ],
  ])('refuses a %s, naming every wrong field at once', async (route, body, wrong) => {
    const answer = await ask(route, 'some_id', body);

    expect(answer.status).toBe(400);
    const errors: { pointer: string; message: string }[] = answer.body.errors;
    expect(Object.fromEntries(errors.map(({ pointer, message }) => [pointer, message]))).toEqual(wrong);
    expect(database.commandCalls(PutCommand)).toEqual([]);
  });

  it('refuses an id that could not be part of an address, a key without the scope, and what is not there', async () => {
    expect(await ask('PUT /v1/courses/{id}', 'a/b', course)).toMatchObject({ status: 400, body: { errors: [] } });
    expect((await ask('PUT /v1/courses/{id}', 'crs_1', course, 'wr_people')).status).toBe(403);
    expect((await ask('DELETE /v1/courses/{id}', 'crs_1')).status).toBe(404);
  });

  it('takes ten thousand learners at once, and refuses more bytes than fit into an item', async () => {
    const learners = Array.from(
      { length: 10_000 },
      (_, n) => `${String(n).padStart(8, '0')}-5f0c-4a0e-9f0b-0d6b5b2d8c11`,
    );

    expect((await attend('ses_1', { present: learners, absent: [] })).body).toMatchObject({ present: 10_000 });
    expect((await attend('ses_1', { present: [...learners, ...learners], absent: [] })).status).toBe(413);
  });
});

describe('who reports and who invites', () => {
  const key: ApiKey = { name: 'academy', team: teamId('T1'), scopes: ['courses'] };
  const end = Date.parse(session.endsAt);
  let told: (Change | readonly string[])[];
  let parts: Parameters<typeof putSession>[3] & Parameters<typeof putCourse>[3] & Parameters<typeof putEnrollment>[3];

  beforeEach(() => {
    const memory = memoryDatabase();
    const table = (name: string) => new Table(memory, name);
    told = [];
    parts = {
      courses: new CourseStore(table('Courses'), table('Channels')),
      enrollments: new EnrollmentStore(table('Courses')),
      sessions: new SessionStore(table('Sessions')),
      clock: { now: () => 1 },
      onChange: async (_, change) => void told.push(change),
      onEnrollment: async (_, learners) => void told.push(learners),
    };
  });

  it('are told of a session that is new, and of both its times and courses where it moves, and of nothing that stays', async () => {
    const later = { ...session, endsAt: '2026-11-19T21:30:00+05:30' };
    await putSession('ses_1', session, key, parts);
    await putSession('ses_1', session, key, parts);
    await putSession('ses_1', later, key, parts);
    await putSession('ses_1', { ...later, courseId: 'crs_2' }, key, parts);

    expect(told).toEqual([
      { courseId: 'crs_1', endsAt: [end] },
      { courseId: 'crs_1', endsAt: [end, end + 3_600_000] },
      { courseId: 'crs_1', endsAt: [end + 3_600_000] },
      { courseId: 'crs_2', endsAt: [end + 3_600_000] },
    ]);
  });

  it('are told of attendance and feedback of a session that is known, each time that it says something else', async () => {
    const opinion = { learnerId: 'lrn_1', rating: 2 };
    await postFeedback('ses_1', opinion, key, parts);
    await putSession('ses_1', session, key, parts);
    told.length = 0;

    for (const rating of [2, 3, 3]) await postFeedback('ses_1', { ...opinion, rating }, key, parts);
    for (const absent of [[], ['lrn_2'], ['lrn_2']]) await putAttendance('ses_1', { present: [], absent }, key, parts);

    expect(told).toEqual(Array.from({ length: 3 }, () => ({ courseId: 'crs_1', endsAt: [end] })));
  });

  it('are told of a course as a whole, and of both learners of an enrolment that passes from one to another', async () => {
    const other = { ...enrollment, learner: { ...enrollment.learner, id: 'lrn_2' } };
    await putCourse('crs_1', course, key, parts);
    await putCourse('crs_1', course, key, parts);
    for (const body of [enrollment, enrollment, other]) await putEnrollment('enr_1', body, key, parts);

    expect(told).toEqual([{ courseId: 'crs_1', endsAt: 'all' }, ['lrn_1'], ['lrn_2', 'lrn_1']]);
  });

  it('and whoever reads the log, are told ids and counts, and no name, address or word of a learner', async () => {
    const said = { learnerId: 'lrn_1', rating: 1, text: 'Dreadful.' };

    const answers = [
      await putEnrollment('enr_1', enrollment, key, parts),
      await postFeedback('ses_1', said, key, parts),
      await postFeedback('ses_1', { ...said, rating: 9 }, key, parts).catch(({ message }: Error) => message),
    ];

    const logged = JSON.stringify(answers.map((answer) => (typeof answer === 'string' ? answer : answer.ids)));
    expect(logged).toContain('lrn_1');
    expect(logged).toContain('Nothing was recorded');
    expect(logged).not.toMatch(/Dreadful|Priya|example\.com/);
  });

  it('keep anything from being written as long as they cannot note it', async () => {
    const failing = { ...parts, onChange: () => Promise.reject(new Error('not noted')) };

    await expect(putCourse('crs_1', course, key, failing)).rejects.toThrow('not noted');
    await expect(putSession('ses_1', session, key, failing)).rejects.toThrow('not noted');
    await putSession('ses_2', session, key, parts);
    await expect(postFeedback('ses_2', { learnerId: 'lrn_1', rating: 1 }, key, failing)).rejects.toThrow('not noted');

    expect(await parts.courses.knows(key.team, 'crs_1')).toBe(false);
    expect(await parts.sessions.session(key.team, 'ses_1')).toBeUndefined();
    const answer = await postFeedback('ses_2', { learnerId: 'lrn_1', rating: 1 }, key, parts);
    expect(answer.status).toBe(201);
  });
});
