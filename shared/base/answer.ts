import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Clock } from './clock.ts';
import { json } from './http.ts';
import type { Fields, Log } from './log.ts';
import { problemOf } from './problem.ts';
import type { Reporter } from './report.ts';

/** What a verb of the API answers. `ids` go into the request's log line, never to the caller. */
export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ids?: Fields;
};

export type Surroundings = {
  readonly log: Log;
  readonly reporter: Reporter;
  readonly clock: Pick<Clock, 'now'>;
};

/**
 * What every function of the API does around its verb: an `Answer` becomes a response, whatever is thrown becomes a
 * problem (and is reported, unless the caller is at fault), and each request leaves one line in the log.
 * `surroundings` is asked at each request, so that nothing is opened before the first.
 */
export function answering(surroundings: () => Surroundings): MiddlewareObj<APIGatewayProxyEventV2> {
  const started = new WeakMap<APIGatewayProxyEventV2, number>();

  const leave = async (event: APIGatewayProxyEventV2, status: number, fields: Fields) => {
    const { log, reporter, clock } = surroundings();
    const ms = clock.now() - (started.get(event) ?? clock.now());
    const line = { route: event.routeKey, requestId: event.requestContext.requestId, status, ms, ...fields };
    (status < 400 ? log.info : log.warn)('request', line);
    await reporter.flush();
  };

  return {
    before: ({ event }) => {
      started.set(event, surroundings().clock.now());
    },
    after: async (request) => {
      const { status, body, headers, ids } = request.response as Answer;
      await leave(request.event, status, ids ?? {});
      request.response = json(status, body, headers);
    },
    onError: async (request) => {
      const { event, error } = request;
      const { requestId } = event.requestContext;
      const problem = problemOf(error, requestId);
      if (problem.status >= 500) surroundings().reporter.report(error, { where: event.routeKey, requestId });
      await leave(event, problem.status, { refused: problem.detail, wrongFields: problem.errors.length });
      request.response = json(problem.status, problem, {
        'content-type': 'application/problem+json',
        ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
      });
    },
  };
}
