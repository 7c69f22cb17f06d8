import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Surroundings } from '../base/answer.ts';
import type { Fields } from '../base/log.ts';
import { outcomePage } from './outcome.ts';
import { type Reply, respond } from './reply.ts';
import type { Visit } from './round-trip.ts';

/**
 * What every function of the hosted pages does around its verb: a `Reply` becomes a response, whatever is thrown is reported
 * and becomes a page, and each request leaves one line in the log, without what its address carried.
 */
export function hosting(
  surroundings: () => Surroundings,
  supportEmail: string | undefined,
): MiddlewareObj<APIGatewayProxyEventV2> {
  const started = new WeakMap<APIGatewayProxyEventV2, number>();

  const leave = async (event: APIGatewayProxyEventV2, status: number, fields: Fields) => {
    const { log, reporter, clock } = surroundings();
    const ms = clock.now() - (started.get(event) ?? clock.now());
    const line = { route: event.routeKey, requestId: event.requestContext.requestId, status, ms, ...fields };
    (status < 400 ? log.info : log.warn)('page', line);
    await reporter.flush();
  };

  return {
    before: ({ event }) => {
      started.set(event, surroundings().clock.now());
    },
    after: async (request) => {
      const reply = request.response as Reply;
      const response = respond(reply);
      await leave(request.event, response.statusCode ?? 200, { outcome: reply.outcome, ...reply.ids });
      request.response = response;
    },
    onError: async (request) => {
      const { event, error } = request;
      const { requestId } = event.requestContext;
      surroundings().reporter.report(error, { where: event.routeKey, requestId });
      const reply = outcomePage({ kind: 'failed', requestId }, supportEmail);
      const response = respond(reply);
      await leave(event, response.statusCode ?? 500, { outcome: reply.outcome });
      request.response = response;
    },
  };
}

/** The part of a request that the verbs look at. */
export function visitOf({ cookies, queryStringParameters }: APIGatewayProxyEventV2): Visit {
  return { cookies, query: queryStringParameters ?? {} };
}
