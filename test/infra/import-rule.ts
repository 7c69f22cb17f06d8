/**
 * THE IMPORT RULE, as data and one check: who may import whom, where the AWS SDK and the Slack client may appear, and
 * which shapes of folder and file are not wanted. It reads source text only, so a test can feed it a tree of its own.
 */
import { posix } from 'node:path';
import { type ModuleItem, parseSync } from '@swc/core';

/** A tree of source files: path from the repository's root -> text. */
export type Tree = ReadonlyMap<string, string>;

/** What every room stands on. */
const COMMON = ['shared/base', 'shared/aws', 'shared/slack', 'shared/razorpay'];

/**
 * Area -> the areas it may import besides itself. An area is the longest entry that a file's folder begins with; an area
 * of `shared/` that is not listed is a breach: say here what it may import.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'shared/base': [],
  'shared/aws': ['shared/base'],
  'shared/razorpay': ['shared/base', 'shared/aws'],
  'shared/slack': ['shared/base', 'shared/aws'],
  'shared/alarms': COMMON,
  'shared/org': COMMON,
  'shared/courses': COMMON,
  // What a room could not tell: each room says what is its own of it.
  'shared/parked': COMMON,
  'shared/install': [...COMMON, 'shared/org'],
  'shared/payments': [...COMMON, 'shared/parked', 'shared/org', 'shared/courses'],
  'shared/calls': [...COMMON, 'shared/parked', 'shared/org', 'shared/courses'],
  'shared/reports': [...COMMON, 'shared/parked', 'shared/org', 'shared/courses'],
  'shared/invites': [...COMMON, 'shared/org', 'shared/courses'],
  // Whoever asks is looked up; what they ask about belongs to other rooms, which meet in the desk's function.
  'shared/desk': [...COMMON, 'shared/org'],
  // Rooms meet only here. An entry point imports no other entry point.
  functions: ['shared'],
  // One function in several files: each part puts some rooms together.
  'functions/desk': ['shared'],
  // The template says nothing of the code but where it is.
  lib: [],
  // The stand-ins speak Slack's, Razorpay's and AWS's language; what a payment means is none of theirs. The people and the
  // courses of the seeded company are put in, as its own systems would do it.
  'lib/local': ['lib', ...COMMON, 'shared/org', 'shared/courses'],
  // What measures a room builds it, on stand-ins.
  'lib/local/measure': ['lib', 'lib/local', 'shared'],
  bin: ['lib', 'lib/local', 'lib/local/measure', 'shared'],
};

/** Rooms: their files are pure, unless their name says that they keep, work or call. */
const ROOM = /^shared\/(?!base\/|aws\/|slack\/|razorpay\/)[^/]+\//;
const REACHES_OUT = /(^|-)(store|worker|client)\.ts$/;

/** Pure by name: not even what they import may reach out. */
const PURE_THROUGHOUT = /\/(event|lifecycle|dimension|route|route-check|message)\.ts$/;

/** Packages that reach out. `@slack/types` holds types only, and may be named as such. */
const OUTSIDE = /^(@aws-sdk|@smithy|@aws-lambda-powertools)\/|^@slack\/(?!types$)|^razorpay(\/|$)/;
const TYPES_ONLY = /^@slack\/types$/;

const UNWANTED_FOLDER = /(^|\/)(utils?|helpers?|commons?|services?|types|interfaces)\//;

type Import = { readonly from: string; readonly typeOnly: boolean };

/** Every breach in `tree`, each a sentence that names the file and the rule. None: the tree keeps the rule. */
export function breaches(tree: Tree): string[] {
  const imports = new Map([...tree].map(([path, text]) => [path, importsOf(path, text)]));
  return [...imports].flatMap(([path, found]) => [
    ...shape(path, tree.get(path) ?? ''),
    ...directions(path, found),
    ...purity(path, found, imports),
  ]);
}

function shape(path: string, text: string): string[] {
  const problems: string[] = [];
  const folder = UNWANTED_FOLDER.exec(path)?.[2];
  if (folder !== undefined)
    problems.push(`${path}: a folder named ${folder} has no subject; name it for what it is about`);
  const items = parse(path, text);
  if (
    items.length > 0 &&
    items.every(({ type }) => type === 'ExportAllDeclaration' || type === 'ExportNamedDeclaration')
  ) {
    problems.push(`${path}: it only exports others' names again (a barrel); import them where they are`);
  } else if (posix.basename(path) === 'index.ts') {
    problems.push(`${path}: an index has no subject; name it for what it is about`);
  }
  return problems;
}

function directions(path: string, found: readonly Import[]): string[] {
  const from = areaOf(path);
  if (from === undefined) return [`${path}: say in the import rule what its folder may import`];
  return found.flatMap(({ from: specifier }) => {
    const target = resolve(path, specifier);
    if (target === undefined) return [];
    if (/^(package\.json|cdk\.json)$/.test(target)) return [];
    const to = areaOf(target);
    if (from === 'functions' ? target.startsWith('shared/') : to === from) return [];
    const allowed = MAY_IMPORT[from] ?? [];
    if (to !== undefined && allowed.some((area) => area === to || (area === 'shared' && to.startsWith('shared/'))))
      return [];
    return [`${path} imports ${target}: ${from} may import ${allowed.join(', ') || 'nothing of ours'}`];
  });
}

function purity(path: string, found: readonly Import[], imports: ReadonlyMap<string, readonly Import[]>): string[] {
  if (!ROOM.test(path) || REACHES_OUT.test(path)) return [];
  const direct = found
    .filter(({ from, typeOnly }) => OUTSIDE.test(from) || (TYPES_ONLY.test(from) && !typeOnly))
    .map(({ from }) => `${path} imports ${from}: a room reaches out only in its store, worker and client files`);
  if (!PURE_THROUGHOUT.test(path)) return direct;
  const way = wayOut(path, imports);
  return way === undefined || way.length <= 2
    ? direct
    : [`${way.join(' -> ')}: ${path} is pure, and so is what it uses`];
}

/** The shortest chain of imported values from `path` to a package that reaches out. */
function wayOut(path: string, imports: ReadonlyMap<string, readonly Import[]>): readonly string[] | undefined {
  const seen = new Set([path]);
  const queue: (readonly string[])[] = [[path]];
  for (let way = queue.shift(); way !== undefined; way = queue.shift()) {
    const at = way.at(-1) ?? path;
    for (const { from, typeOnly } of imports.get(at) ?? []) {
      if (typeOnly) continue;
      if (OUTSIDE.test(from)) return [...way, from];
      const target = resolve(at, from);
      if (target === undefined || seen.has(target)) continue;
      seen.add(target);
      queue.push([...way, target]);
    }
  }
  return undefined;
}

/** The file a relative import names; undefined for a package or a module of Node. */
function resolve(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}

function areaOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((area) => path.startsWith(`${area}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function importsOf(path: string, text: string): Import[] {
  const named = parse(path, text).flatMap((item): Import[] => {
    switch (item.type) {
      case 'ImportDeclaration':
        // `import { type A }` is not enough: the name goes, the module is loaded all the same (verbatimModuleSyntax).
        return [{ from: item.source.value, typeOnly: item.typeOnly }];
      case 'ExportNamedDeclaration':
        return item.source ? [{ from: item.source.value, typeOnly: item.typeOnly }] : [];
      case 'ExportAllDeclaration':
        return [{ from: item.source.value, typeOnly: false }];
      default:
        return [];
    }
  });
  // A module asked for at run time is as much an import as the others.
  const later = [...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)].map(([, from = '']) => ({
    from,
    typeOnly: false,
  }));
  return [...named, ...later];
}

function parse(path: string, text: string): ModuleItem[] {
  try {
    return parseSync(text, { syntax: 'typescript', target: 'es2024' }).body;
  } catch (cause) {
    throw new Error(`${path} cannot be parsed.`, { cause });
  }
}
