/** What one deployment of War Room is called and told. Everything else is the same for all of them. */
export interface Settings {
  /** Names the deployment in stacks, secrets and alarms: `dev`, `live`. */
  readonly stage: string;
  /** What the functions say they are, in logs and in `GET /health`. */
  readonly version: string;
  /** Where errors are also reported. Not given: to the log and metrics only. */
  readonly sentryDsn?: string;
  /** Who is written to when an alarm rings. Not given: the topic is there, and nobody has subscribed yet. */
  readonly alarmEmail?: string;
  /** Where people reach War Room, `https://war-room.example.com`. Not given: the API's own address. */
  readonly origin?: string;
  /** Whom the hosted pages name for questions. Not given: "whoever runs War Room in your company". */
  readonly supportEmail?: string;
}

/** The same settings, checked. Throws with a sentence that says what to type instead. */
export function checkedSettings(settings: Settings): Settings {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(settings.stage)) {
    throw new Error(
      `The stage "${settings.stage}" cannot be part of a stack's name. ` +
        'Use up to 20 lower-case letters, digits and hyphens, a letter first: cdk synth -c stage=live',
    );
  }
  if (settings.origin !== undefined && !/^https:\/\/[a-z0-9.-]+(:\d+)?$/.test(settings.origin)) {
    throw new Error(
      `The origin "${settings.origin}" is not one that Slack leads back to. ` +
        'Give scheme and host, without a slash at the end: cdk synth -c origin=https://war-room.example.com',
    );
  }
  return settings;
}
