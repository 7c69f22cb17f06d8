import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Lock, missingEntries } from '../../bin/complete-lock.ts';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
const entries = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('the lock file', () => {
  it('holds no download address, so that it works with any registry', () => {
    const addresses = entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path);

    expect(addresses).toEqual([]);
  });

  it('has an integrity hash for every package but bundled ones and those of platforms it was not written on', () => {
    const bare = entries.filter(([, entry]) => entry.integrity === undefined && entry.inBundle !== true);
    const unexplained = bare.filter(([, entry]) => !(entry.optional === true && entry.os !== undefined));

    expect(unexplained.map(([path]) => path)).toEqual([]);
  });

  it('names every platform a package is built for; else run `npx --no node bin/complete-lock.ts`', () => {
    expect(Object.keys(missingEntries(lock))).toEqual([]);
  });
});

describe('completing a lock', () => {
  it('adds what a package asks for and the lock does not name, with its platform', () => {
    const lacking: Lock = {
      packages: {
        'node_modules/tool': {
          version: '1.0.0',
          dev: true,
          optionalDependencies: { '@tool/linux-x64-musl': '1.0.0', '@tool/darwin-arm64': '1.0.0' },
        },
        'node_modules/@tool/linux-x64-musl': { version: '1.0.0', integrity: 'sha512-x' },
      },
    };

    expect(missingEntries(lacking)).toEqual({
      'node_modules/@tool/darwin-arm64': {
        version: '1.0.0',
        cpu: ['arm64'],
        dev: true,
        optional: true,
        os: ['darwin'],
      },
    });
  });

  it('refuses to guess where a name says no platform', () => {
    const lacking: Lock = { packages: { 'node_modules/tool': { optionalDependencies: { extra: '^1.0.0' } } } };

    expect(() => missingEntries(lacking)).toThrow('extra@^1.0.0');
  });
});
