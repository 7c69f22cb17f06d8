import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  CfnStage,
  DomainName,
  HttpApi,
  type HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type JsonPattern, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Told } from './alarms.ts';
import { type HubFunction, metricsNamespace, type Surroundings } from './hub-function.ts';
import type { Domain } from './settings.ts';

/** What the stage's API is told. */
export interface HubApiProps extends Surroundings {
  /** For a route that names none of its own: requests a second, and how many at once above that. */
  readonly throttle: Required<ThrottleSettings>;
  /** Said when the API answers 5xx. */
  readonly failing: Told;
}

/** One route: who answers it, and how fast it may be asked. */
export interface Route {
  readonly method: HttpMethod;
  readonly path: string;
  readonly answeredBy: HubFunction;
  /** How the function knows who is asking, since the API itself lets everyone through; or why anyone may. */
  readonly callers: string;
  readonly throttle?: Required<ThrottleSettings>;
}

/** Rings when this many requests in five minutes were answered 401. */
export interface RefusedProps extends Told {
  readonly what: string;
  readonly atLeast: number;
  /** Only of these routes (`POST /webhooks/razorpay/{account}`). Not given: of any. */
  readonly routes?: readonly [string, ...string[]];
}

/** The one HTTP API of a stage: throttled, with access logs, called by servers and by the pages it serves (no CORS). */
export class HubApi extends Construct {
  readonly url: string;
  /** The same without a slash at the end: `https://<id>.execute-api.<region>.amazonaws.com`. */
  readonly origin: string;
  /** What a name of one's own has to point to, where the stage has one. */
  readonly domainTarget: string | undefined;
  readonly #api: HttpApi;
  readonly #stage: CfnStage;
  readonly #httpStage: HttpStage;
  readonly #accessLog: LogGroup;
  readonly #surroundings: Surroundings;
  readonly #integrations = new Map<HubFunction, HttpLambdaIntegration>();

  constructor(scope: Construct, id: string, props: HubApiProps) {
    super(scope, id);
    const { settings, alarms, throttle, failing } = props;
    this.#surroundings = props;

    this.#api = new HttpApi(this, 'Http', {
      apiName: `war-room-${settings.stage}`,
      description: `War Room (${settings.stage})`,
      createDefaultStage: false,
    });

    this.#accessLog = new LogGroup(this, 'AccessLog', {
      // With this prefix the permission to write is not added to the account's log policy, which holds only so many.
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
      logGroupName: `/aws/vendedlogs/war-room/${settings.stage}/api`,
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.#api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.#accessLog),
        // Joins to a function's log by `requestId`. Neither headers nor query: a bearer key is none of the log's business.
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            at: '$context.requestTime',
            ip: '$context.identity.sourceIp',
            userAgent: '$context.identity.userAgent',
            route: '$context.routeKey',
            path: '$context.path',
            status: '$context.status',
            bytes: '$context.responseLength',
            ms: '$context.responseLatency',
            functionMs: '$context.integrationLatency',
            error: '$context.error.message',
            functionError: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
    this.#httpStage = stage;
    this.url = stage.url;
    this.origin = this.#api.apiEndpoint;
    this.domainTarget = settings.domain && this.#reachedBy(settings.domain, stage);
    const resource = stage.node.defaultChild;
    if (!(resource instanceof CfnStage)) throw new Error(`${stage.node.path} has no resource.`);
    this.#stage = resource;

    alarms.ring(this, 'Failing', {
      what: 'the API fails',
      metric: stage.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast: 1,
      ...failing,
    });
  }

  /**
   * Serves the API under a name of one's own as well; under its own address it goes on being served, so that a name that is
   * taken away cuts off nobody who was given that. Answers what the name has to point to.
   */
  #reachedBy({ name, certificate, hostedZone }: Domain, stage: HttpStage): string {
    const domainName = new DomainName(this, 'Domain', {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificate),
    });
    new ApiMapping(this, 'Mapping', { api: this.#api, domainName, stage });
    if (hostedZone !== undefined) {
      new CfnRecordSet(this, 'Record', {
        hostedZoneId: hostedZone,
        name,
        type: 'A',
        aliasTarget: { dnsName: domainName.regionalDomainName, hostedZoneId: domainName.regionalHostedZoneId },
      });
    }
    return domainName.regionalDomainName;
  }

  /** Requests that were answered, whatever with. */
  metricCount(period: Duration): Metric {
    return this.#httpStage.metricCount({ period, statistic: 'Sum' });
  }

  /** Requests that were answered 5xx. */
  metricServerError(period: Duration): Metric {
    return this.#httpStage.metricServerError({ period, statistic: 'Sum', label: 'the API' });
  }

  /** Serves a route. */
  route({ method, path, answeredBy, callers, throttle }: Route): void {
    const integration =
      this.#integrations.get(answeredBy) ??
      new HttpLambdaIntegration(`${answeredBy.node.id}Integration`, answeredBy.lambda, {
        timeout: answeredBy.timeout,
      });
    this.#integrations.set(answeredBy, integration);
    const routes = this.#api.addRoutes({ methods: [method], path, integration });
    for (const route of routes) {
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: callers });
      if (throttle === undefined) continue;
      // By route key: CDK has no construct for it. CloudFormation wants the route to be there first.
      this.#stage.addPropertyOverride(`RouteSettings.${method} ${path}`, {
        ThrottlingRateLimit: throttle.rateLimit,
        ThrottlingBurstLimit: throttle.burstLimit,
      });
      this.#stage.node.addDependency(route);
    }
  }

  /** Rings when callers are refused in numbers: someone guesses, or a secret was changed on one side only. */
  ringWhenRefused(scope: Construct, id: string, { what, atLeast, routes, impact, remedy }: RefusedProps): void {
    const refused = FilterPattern.stringValue('$.status', '=', '401');
    const ofRoutes = routes?.map((route) => FilterPattern.stringValue('$.route', '=', route));
    const filter = new MetricFilter(scope, `${id}Count`, {
      logGroup: this.#accessLog,
      filterPattern: ofRoutes ? FilterPattern.all(refused, anyOf(ofRoutes)) : refused,
      metricNamespace: metricsNamespace(this.#surroundings.settings),
      metricName: `Refused ${routes?.join(', ') ?? 'any route'}`,
      metricValue: '1',
    });
    this.#surroundings.alarms.ring(scope, id, {
      what,
      metric: filter.metric({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast,
      impact,
      remedy,
    });
  }
}

function anyOf(patterns: readonly JsonPattern[]): JsonPattern {
  const [only, ...others] = patterns;
  return only && others.length === 0 ? only : FilterPattern.any(...patterns);
}
