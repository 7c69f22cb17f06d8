import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { FromThread, FunctionError, ThreadStart, ToThread } from './function-thread.ts';
import type { FunctionPlan } from './plan.ts';

/** Loading a function's source may take this long, as in Lambda's init phase. */
const INIT_TIMEOUT_MS = 10_000;
/** A waiting invocation gets a thread of its own after this long, if there may be another. */
const SCALE_OUT_AFTER_MS = 50;
/** V8 would give every thread 48 MB for young objects; a third less memory in all, and no slower. */
const YOUNG_MB = 12;
/** How long invocations under way may still take when the host stops. */
const GRACE_MS = 2_000;

/** An invocation that did not end with a result. `cause` tells a refusal by the code from the end of its thread. */
class InvocationFailed extends Error {
  override readonly name = 'InvocationFailed';
  readonly how: 'threw' | 'unloadable' | 'timed out' | 'crashed' | 'stopped';
  readonly error: FunctionError;

  constructor(functionName: string, how: InvocationFailed['how'], error: FunctionError) {
    super(
      how === 'threw'
        ? `${functionName} threw ${error.errorType}: ${error.errorMessage}`
        : `${functionName} ${error.errorMessage}`,
    );
    this.how = how;
    this.error = error;
  }
}

/** What every function is given besides what its template says. */
export type HostOptions = {
  /** The repository: what `entry` is relative to. */
  readonly root: string;
  /** The environment of a function besides its template's. */
  readonly environment: (plan: FunctionPlan) => Readonly<Record<string, string>>;
  /** The most threads of one function at a time; each works one invocation at a time, as Lambda's environments do. */
  readonly maxThreads: number;
  /** Hosts outside this machine that may be connected to. */
  readonly allowedHosts: readonly string[];
  /** Every line that a function writes. */
  readonly log: (functionId: string, line: string) => void;
};

type Waiting = {
  readonly event: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
};

/** Runs the functions of a plan from their source, each in threads of its own that start when they are first needed. */
export class FunctionHost {
  readonly #functions: ReadonlyMap<string, ThreadPool>;

  constructor(functions: readonly FunctionPlan[], options: HostOptions) {
    this.#functions = new Map(functions.map((plan) => [plan.id, new ThreadPool(plan, options)]));
  }

  /** Resolves with what the handler returned, or rejects with `InvocationFailed`. */
  invoke(functionId: string, event: unknown): Promise<unknown> {
    const pool = this.#functions.get(functionId);
    if (pool === undefined) return Promise.reject(new Error(`There is no function ${functionId}.`));
    return pool.invoke(event);
  }

  /** Ends every thread of a function at once, wherever it is: what a lost machine looks like. */
  async kill(functionId: string): Promise<void> {
    await this.#functions.get(functionId)?.end(0);
  }

  /** Takes nothing new, lets invocations under way end for a moment, then ends every thread. */
  async stop(): Promise<void> {
    await Promise.all([...this.#functions.values()].map((pool) => pool.stop()));
  }
}

/** The threads of one function and what waits for one of them. */
class ThreadPool {
  readonly #plan: FunctionPlan;
  readonly #options: HostOptions;
  readonly #most: number;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Waiting[] = [];
  #scaleOut: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(plan: FunctionPlan, options: HostOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#most = Math.max(1, Math.min(plan.reserved ?? options.maxThreads, options.maxThreads));
  }

  invoke(event: unknown): Promise<unknown> {
    if (this.#stopped) {
      return Promise.reject(this.#failure('stopped', 'is not run any more: the runner is stopping.'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event: JSON.stringify(event ?? null), resolve, reject, since: Date.now() });
      this.#next();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.end(GRACE_MS);
  }

  async end(graceMs: number): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.end(graceMs)));
    if (!this.#stopped) return;
    for (const waiting of this.#waiting.splice(0)) {
      waiting.reject(this.#failure('stopped', 'was not run: the runner stopped first.'));
    }
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const idle = [...this.#threads].find((thread) => thread.idle);
      if (idle === undefined) break;
      const waiting = this.#waiting.shift();
      if (waiting !== undefined) void idle.invoke(waiting);
    }
    if (this.#waiting.length === 0 || this.#threads.size >= this.#most || this.#stopped) return;
    if (this.#threads.size === 0) this.#start();
    else this.#scaleOutLater();
  }

  /** Threads cost memory and a second to load: a second one starts only for what has waited a while. */
  #scaleOutLater(): void {
    this.#scaleOut ??= setTimeout(() => {
      this.#scaleOut = undefined;
      const oldest = this.#waiting[0];
      const loading = [...this.#threads].some((thread) => thread.loading);
      if (oldest !== undefined && !loading && Date.now() - oldest.since >= SCALE_OUT_AFTER_MS) this.#start();
      this.#next();
    }, SCALE_OUT_AFTER_MS);
    this.#scaleOut.unref();
  }

  #start(): void {
    const thread = new Thread(this.#plan, this.#options, {
      free: () => this.#next(),
      gone: (unloadable) => {
        this.#threads.delete(thread);
        // Whoever waited would wait forever for a source that cannot be loaded.
        if (unloadable !== undefined) for (const waiting of this.#waiting.splice(0)) waiting.reject(unloadable);
        this.#next();
      },
    });
    this.#threads.add(thread);
  }

  #failure(how: InvocationFailed['how'], message: string): InvocationFailed {
    return new InvocationFailed(this.#plan.id, how, { errorType: 'Runtime.Stopped', errorMessage: message, trace: '' });
  }
}

type Owner = { readonly free: () => void; readonly gone: (unloadable: InvocationFailed | undefined) => void };

/** One thread: what Lambda calls an execution environment. */
class Thread {
  readonly #plan: FunctionPlan;
  readonly #owner: Owner;
  readonly #worker: Worker;
  #state: 'loading' | 'idle' | 'busy' | 'ended' = 'loading';
  #current:
    | { readonly requestId: string; readonly settle: (outcome: FromThread | InvocationFailed) => void }
    | undefined;
  #fault: InvocationFailed | undefined;
  #unloadable: InvocationFailed | undefined;
  #whenFree: (() => void) | undefined;

  constructor(plan: FunctionPlan, options: HostOptions, owner: Owner) {
    this.#plan = plan;
    this.#owner = owner;
    this.#worker = new Worker(new URL('./function-thread.ts', import.meta.url), {
      workerData: {
        file: join(options.root, plan.entry),
        handler: plan.handler,
        name: plan.name,
        arn: plan.arn,
        memoryMb: plan.memoryMb,
        allowedHosts: options.allowedHosts,
        cache: join(options.root, 'node_modules', '.cache', 'war-room-functions'),
      } satisfies ThreadStart,
      env: { ...options.environment(plan), ...plan.env },
      name: plan.id,
      execArgv: ['--enable-source-maps', '--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: plan.memoryMb, maxYoungGenerationSizeMb: YOUNG_MB },
      stdout: true,
      stderr: true,
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      eachLine(stream, (line) => options.log(plan.id, line));
    }
    const slow = setTimeout(() => {
      this.#fault = this.#failed('unloadable', 'Runtime.InitTimeout', `took over ${INIT_TIMEOUT_MS / 1000} s to load.`);
      this.#unloadable = this.#fault;
      void this.#worker.terminate();
    }, INIT_TIMEOUT_MS);
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'unloadable') {
        const { errorType, errorMessage, trace } = message.error;
        this.#unloadable = this.#failed('unloadable', errorType, `could not be loaded: ${errorMessage}`, trace);
        void this.#worker.terminate();
      } else if (message.kind === 'ready') {
        clearTimeout(slow);
        this.#state = 'idle';
        owner.free();
      } else if (message.requestId === this.#current?.requestId) {
        this.#current.settle(message);
      }
    });
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      this.#fault ??=
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? this.#failed('crashed', 'Runtime.OutOfMemory', `needed more than its ${plan.memoryMb} MB of memory.`)
          : this.#failed('crashed', error.name, `crashed: ${error.message}`, error.stack);
    });
    this.#worker.on('exit', (code) => {
      clearTimeout(slow);
      const loading = this.#state === 'loading';
      this.#state = 'ended';
      const fault =
        this.#fault ?? this.#failed('crashed', 'Runtime.ExitError', `ended its own thread with code ${code}.`);
      this.#current?.settle(fault);
      owner.gone(this.#unloadable ?? (loading ? fault : undefined));
    });
  }

  get idle(): boolean {
    return this.#state === 'idle';
  }

  get loading(): boolean {
    return this.#state === 'loading';
  }

  async invoke({ event, resolve, reject }: Waiting): Promise<void> {
    this.#state = 'busy';
    const requestId = randomUUID();
    const timeoutMs = this.#plan.timeoutSeconds * 1000;
    const timer = setTimeout(() => {
      this.#fault = this.#failed('timed out', 'Sandbox.Timedout', `timed out after ${this.#plan.timeoutSeconds} s.`);
      void this.#worker.terminate();
    }, timeoutMs);
    const outcome = await new Promise<FromThread | InvocationFailed>((settle) => {
      this.#current = { requestId, settle };
      this.#worker.postMessage({ requestId, event, deadline: Date.now() + timeoutMs } satisfies ToThread);
    });
    clearTimeout(timer);
    this.#current = undefined;
    if (outcome instanceof InvocationFailed) {
      reject(outcome);
    } else {
      this.#state = 'idle';
      if (outcome.kind === 'answered') resolve(JSON.parse(outcome.result));
      if (outcome.kind === 'failed') reject(new InvocationFailed(this.#plan.id, 'threw', outcome.error));
      this.#owner.free();
    }
    this.#whenFree?.();
  }

  async end(graceMs: number): Promise<void> {
    if (this.#state === 'busy' && graceMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        this.#whenFree = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#fault ??= this.#failed('stopped', 'Runtime.Stopped', 'was stopped before it had answered.');
    await this.#worker.terminate();
  }

  #failed(how: InvocationFailed['how'], errorType: string, errorMessage: string, trace = ''): InvocationFailed {
    return new InvocationFailed(this.#plan.id, how, { errorType, errorMessage, trace });
  }
}

function eachLine(stream: Readable, take: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', take);
}
