/**
 * Names in package-lock.json the optional packages of other platforms that npm left out.
 *
 * A registry that does not carry every platform's binaries makes npm drop them from the lock, and `npm ci` then refuses that
 * lock on every machine ("Missing: @biomejs/cli-darwin-arm64@ from lock file"). Run it after a change of pins; it is a no-op
 * where nothing is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** What this file reads of one entry of a lock. */
export interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package-lock.json, format 3. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const PLATFORM =
  /(?<os>aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(?<cpu>arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64)(?:-?(?<abi>[a-z]+))?$/;

/** Where Node would look for a dependency of the package at `path`, nearest first. */
function* placesFor(path: string, name: string): Generator<string> {
  for (let folder = path; folder !== ''; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    yield `${folder}/node_modules/${name}`;
  }
  yield `node_modules/${name}`;
}

/**
 * The entries that the lock's own `optionalDependencies` ask for and that are not there, ready to be added.
 *
 * Throws where a version is a range or the name says no platform: such an entry must come from the registry.
 */
export function missingEntries(lock: Lock): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if ([...placesFor(path, name)].some((place) => place in lock.packages)) continue;
      const platform = PLATFORM.exec(name)?.groups;
      if (platform?.['os'] === undefined || platform['cpu'] === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
        throw new Error(`${name}@${version}, wanted by ${path}, is not in the lock and its platform cannot be told.`);
      }
      const abi = platform['abi'] ?? '';
      const libc =
        platform['os'] !== 'linux'
          ? undefined
          : abi.startsWith('musl')
            ? 'musl'
            : abi.startsWith('gnu')
              ? 'glibc'
              : undefined;
      missing[`node_modules/${name}`] = {
        version,
        cpu: [platform['cpu']],
        ...(entry.dev === true ? { dev: true } : {}),
        ...(libc === undefined ? {} : { libc: [libc] }),
        optional: true,
        os: [platform['os']],
      };
    }
  }
  return missing;
}

/** The same lock with `entries` added in npm's own order. */
function withEntries(lock: Lock, entries: Record<string, LockEntry>): Lock {
  const all = { ...lock.packages, ...entries };
  const packages = Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b, 'en')));
  return { ...lock, packages };
}

if (import.meta.main) {
  const file = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;
  const entries = missingEntries(lock);
  const count = Object.keys(entries).length;
  if (count > 0) writeFileSync(file, `${JSON.stringify(withEntries(lock, entries), null, 2)}\n`);
  console.log(
    count === 0 ? 'The lock names every platform already.' : `Added ${count} packages of other platforms to the lock.`,
  );
}
