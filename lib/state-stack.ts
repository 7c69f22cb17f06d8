import { RemovalPolicy, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { named } from './parts/named.ts';
import { placeOf } from './parts/place.ts';
import { RoomTable } from './parts/room-table.ts';
import type { Settings } from './parts/settings.ts';

/**
 * What outlives the code: tables, the key of the tokens, secrets. Deleting this stack is refused by CloudFormation, and
 * were it forced, everything in it stays.
 */
export class StateStack extends Stack {
  /** Payment facts, homes and aliases. */
  readonly payments: RoomTable;
  /** Which instalments of a learner's plan are complete. */
  readonly leadPartPayment: RoomTable;
  /** The threads of every room, and the pace at which each channel is posted to. */
  readonly adminSlackMessageLog: RoomTable;
  /** Workspaces and their tokens, encrypted under `tokenKey`. */
  readonly slackInstallations: RoomTable;
  /** What came from Slack, once each; forgotten after a week. */
  readonly slackEvents: RoomTable;
  /** Calls, the channels of those who make them, and how the members of each stand. */
  readonly calls: RoomTable;
  /** Who works for the company. */
  readonly admins: RoomTable;
  /** Who stands above whom, by version of the directory. */
  readonly adminUserClosure: RoomTable;
  /** Courses, and who is enrolled in them. */
  readonly courses: RoomTable;
  /** In which channel each course is announced. */
  readonly courseAnnouncementChannelMap: RoomTable;
  /** Sessions of courses, who attended them, and what learners say of them. */
  readonly sessions: RoomTable;
  /** Learners on their way into the workspace, the accounts there are, and who was invited. */
  readonly userSlackDetails: RoomTable;
  /** What is due per course and window, and how far each course was reported. */
  readonly reports: RoomTable;
  /** That alarms began to ring and ceased, as it was heard. */
  readonly alarms: RoomTable;
  /** Round trips to Slack that were begun and have not come back yet. */
  readonly installStates: RoomTable;
  /** Encrypts Slack tokens; callers give the team, user and kind as encryption context. */
  readonly tokenKey: Key;
  readonly razorpaySecret: Secret;
  readonly slackSecret: Secret;
  readonly apiKeysSecret: Secret;
  readonly invitesSecret: Secret;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, {
      stackName: `war-room-${settings.stage}-state`,
      description: `War Room (${settings.stage}): what outlives the code`,
      terminationProtection: true,
      ...placeOf(settings),
    });

    this.payments = new RoomTable(this, 'Payments', { due: true });
    this.leadPartPayment = new RoomTable(this, 'LeadPartPayment');
    this.adminSlackMessageLog = new RoomTable(this, 'AdminSlackMessageLog', { due: true });
    this.slackInstallations = new RoomTable(this, 'SlackInstallations');
    this.slackEvents = new RoomTable(this, 'SlackEvents');
    this.installStates = new RoomTable(this, 'InstallStates');
    this.admins = new RoomTable(this, 'Admins');
    this.adminUserClosure = new RoomTable(this, 'AdminUserClosure');
    this.calls = new RoomTable(this, 'Calls', { due: true });
    this.courses = new RoomTable(this, 'Courses');
    this.courseAnnouncementChannelMap = new RoomTable(this, 'CourseAnnouncementChannelMap');
    this.sessions = new RoomTable(this, 'Sessions');
    this.userSlackDetails = new RoomTable(this, 'UserSlackDetails', { due: true });
    this.reports = new RoomTable(this, 'Reports', { due: true });

    this.alarms = new RoomTable(this, 'Alarms');

    this.tokenKey = new Key(this, 'TokenKey', {
      description: `Encrypts the Slack tokens of War Room (${settings.stage})`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    named(this.tokenKey, 'TokenKey');

    this.razorpaySecret = this.#secret('RazorpaySecret', `war-room/${settings.stage}/razorpay`, '{}', [
      'Razorpay accounts. Put here {"<account>": {"teamId", "mode": "live" | "test", "webhook": {"current", "previous"?},',
      '"keyId", "keySecret"}}, where <account> is the last part of the webhook address given to Razorpay.',
    ]);
    this.slackSecret = this.#secret('SlackSecret', `war-room/${settings.stage}/slack`, '{}', [
      'The Slack app. Put here {"clientId", "clientSecret": {"current", "previous"?}, "signing": {"current", "previous"?}}, from',
      '"Basic Information" of the app at api.slack.com/apps.',
    ]);
    this.invitesSecret = this.#secret('InvitesSecret', `war-room/${settings.stage}/invites`, '{}', [
      'How each workspace invites its learners. Put here {"<Slack team id>": {"way": {"kind": "enterprise" | "connect" | "link", ...},',
      '"rules": {...}?}}; docs/invites.md has each field. Left empty, nobody is invited.',
    ]);
    this.apiKeysSecret = this.#secret('ApiKeysSecret', `war-room/${settings.stage}/api-keys`, '[]', [
      'Keys of the HTTP API. Put here [{"name", "teamId", "sha256": "<hex of the key\'s SHA-256>", "scopes": [...]}];',
      'the key itself is given to its caller and kept nowhere.',
    ]);
  }

  /**
   * A secret created empty, for a person to fill. CloudFormation writes the value again only when it changes in the
   * template, so `empty` must never change: a new one would replace what the person put there.
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
   */
  #secret(id: string, secretName: string, empty: '{}' | '[]', description: readonly string[]): Secret {
    const secret = new Secret(this, id, {
      secretName,
      description: description.join(' '),
      secretStringValue: SecretValue.unsafePlainText(empty),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    named(secret, id);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Issued by Razorpay, Slack or a person, who alone can change it; `current` and `previous` overlap meanwhile.',
    });
    return secret;
  }
}
