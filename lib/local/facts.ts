/** `.war-room/local.json`: where the running stack is and how to speak to it, for the tools that play against it. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type LocalFacts = {
  /** The serving process. */
  readonly pid: number;
  /** Origin of the HTTP API. */
  readonly api: string;
  readonly slack: {
    /** Origin; the Web API is under `/api/`. */
    readonly url: string;
    readonly botToken: string;
    readonly teamId: string;
    readonly signingSecret: string;
  };
  readonly razorpay: {
    readonly account: string;
    /** Complete. */
    readonly webhookUrl: string;
    readonly webhookSecret: string;
    /** Origin; the API is under `/v1/`. */
    readonly apiUrl: string;
  };
  readonly apiKey: string;
  readonly dynamodbUrl: string;
  readonly sqsUrl: string;
  /** Where the rest of AWS is on this machine, for tools that use the product's own verbs. */
  readonly aws: {
    /** What a client of AWS has to find in its environment. */
    readonly environment: Readonly<Record<string, string>>;
    /** As CloudFormation lists the resources of the stacks: those that are served here. */
    readonly resources: readonly {
      readonly LogicalResourceId: string;
      readonly PhysicalResourceId: string;
      readonly ResourceType: string;
    }[];
  };
  readonly channels: { readonly payments: string; readonly partPayments: string; readonly ops: string };
  /** How much faster than life time passes: stories shorten their gaps by it. */
  readonly timeScale: number;
};

/** The folder that the runner keeps its things in: `.war-room` of the repository, or `WAR_ROOM_FOLDER`. Not in git. */
export function folderOf(root: string, environment: NodeJS.ProcessEnv): string {
  return environment['WAR_ROOM_FOLDER'] || join(root, '.war-room');
}

const fileIn = (folder: string): string => join(folder, 'local.json');

/** Whether a process runs. One that belongs to somebody else runs as well. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Writes JSON that only its owner may read. */
export function writePrivate(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  // The mode counts only for a file that is made anew.
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
}

export function writeFacts(folder: string, facts: LocalFacts): void {
  writePrivate(fileIn(folder), facts);
}

/** The facts of the stack that runs now; undefined when none does (a file may stay behind when one was killed). */
export function readFacts(folder: string): LocalFacts | undefined {
  if (!existsSync(fileIn(folder))) return undefined;
  const facts = JSON.parse(readFileSync(fileIn(folder), 'utf8')) as LocalFacts;
  return isAlive(facts.pid) ? facts : undefined;
}

/** Takes the file away if it is this process's own. */
export function removeFacts(folder: string): void {
  if (readFacts(folder)?.pid === process.pid) rmSync(fileIn(folder), { force: true });
}
