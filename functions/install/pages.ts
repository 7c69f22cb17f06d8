import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { systemClock } from '../../shared/base/clock.ts';
import { once } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { assetNamed } from '../../shared/install/asset.ts';
import { hosting } from '../../shared/install/hosting.ts';
import { landing } from '../../shared/install/landing.ts';
import { outcomePage } from '../../shared/install/outcome.ts';
import { privacy } from '../../shared/install/privacy.ts';
import type { Reply } from '../../shared/install/reply.ts';
import { support } from '../../shared/install/support.ts';
import { terms } from '../../shared/install/terms.ts';

const supportEmail = process.env['SUPPORT_EMAIL'];

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

/** `GET /`, `GET /privacy`, `GET /terms`, `GET /support`, `GET /assets/{name}`: the pages that are the same for everybody. */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Reply> => {
  const shown = { kind: 'page', status: 200, outcome: 'shown' } as const;
  switch (event.routeKey) {
    case 'GET /':
      return { ...shown, page: landing() };
    case 'GET /privacy':
      return { ...shown, page: privacy(supportEmail) };
    case 'GET /terms':
      return { ...shown, page: terms(supportEmail) };
    case 'GET /support':
      return { ...shown, page: support(supportEmail) };
    case 'GET /assets/{name}': {
      const asset = assetNamed(event.pathParameters?.['name'] ?? '');
      if (asset) return { kind: 'file', outcome: 'shown', ...asset };
      break;
    }
  }
  return outcomePage({ kind: 'not-found' }, supportEmail);
}).use(hosting(surroundings, supportEmail));
