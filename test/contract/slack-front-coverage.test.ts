/** The table of what the front covers says the truth. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { delegatedMethods, ownMethods } from '../../lib/local/slack-front/api.ts';
import { methods, missing, rules } from '../../lib/local/slack-front/coverage.ts';
import { tokenMethods } from '../../lib/local/slack-front/token-methods.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('./', import.meta.url);

/** Every TypeScript file under a folder, as text. */
function sources(under: string): readonly string[] {
  return readdirSync(new URL(under, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(`${under}${name}`, root), 'utf8'));
}

/** The names of the tests in one file, parameters left as they are written. */
function testNames(file: string): readonly string[] {
  const text = readFileSync(new URL(file, folder), 'utf8');
  return [...text.matchAll(/\bit(?:\.each(?:<[^(]*>)?\([\s\S]*?\]\s*(?:as const)?,?\s*\))?\(\s*(['"])(.+?)\1/g)].map(
    (match) => match[2] ?? '',
  );
}

describe('the coverage table', () => {
  it('names every method that is answered, and who answers it', () => {
    const listed = methods.map(({ method, answeredBy }) => `${answeredBy} ${method}`);
    const answered = [
      ...Object.keys({ ...ownMethods, ...tokenMethods }).map((method) => `front ${method}`),
      ...[...delegatedMethods].map((method) => `emulate ${method}`),
    ];

    expect(listed.toSorted()).toEqual(answered.toSorted());
  });

  it('calls nothing missing that is answered', () => {
    const told = new Set(missing.join(' ').match(/[\w.]+\w/g));

    expect(methods.filter(({ method }) => told.has(method))).toEqual([]);
  });

  it('names methods that Slack has', () => {
    const has = ({ method }: { readonly method: string }) =>
      typeof method.split('.').reduce<unknown>((part, name) => Reflect.get(Object(part), name), new WebClient()) ===
      'function';

    expect(methods.filter((entry) => !has(entry)).map(({ method }) => method)).toEqual([]);
  });

  it('names as rules the tests there are, and no others', () => {
    const files = [
      '',
      '-events',
      '-faults',
      '-history',
      '-interactions',
      '-oauth',
      '-invites',
      '-openid',
      '-people',
      '-sizes',
      '-views',
      '-workspaces',
    ].map((part) => `slack-front${part}.test.ts`);

    expect(rules.flatMap((entry) => entry.rules).toSorted()).toEqual(files.flatMap(testNames).toSorted());
  });

  it('answers every method that War Room calls', () => {
    const families = 'admin|apps|auth|bots|chat|conversations|files|oauth|openid|reactions|team|users|views';
    const calls = new RegExp(
      `(?:[cC]lient|app|bot|slack)(?:\\(\\))?\\s*\\.((?:${families})(?:\\.[a-zA-Z0-9]+)+)\\(`,
      'g',
    );
    const called = ['shared/', 'functions/', 'lib/']
      .flatMap(sources)
      .flatMap((text) => [...text.matchAll(calls)].map((match) => match[1] ?? ''));
    const answered = new Set(methods.map(({ method }) => method));

    expect(called.length).toBeGreaterThan(0);
    expect([...new Set(called)].filter((method) => !answered.has(method))).toEqual([]);
  });
});
