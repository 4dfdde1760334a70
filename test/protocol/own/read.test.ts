import assert from 'node:assert/strict';
import { MAX_PROTOCOL_BYTES, readProtocol } from '../../../src/protocol/own/read.ts';

const HEAD = `import { attempt, defineProtocol, kill, load, peek, perProcess, shared, stage, store, tasks, wait, work } from 'mktrouble/protocol';
const state = shared({ phase: 0 });
const own = perProcess({ vote: 0 });
`;
const TAIL = `
function* task() { yield* work(); return 0; }
export default defineProtocol({ version: 1, name: 'mine', coordinator, task });
`;

/** A file whose coordinator has this body. */
function withBody(body: string, more = ''): string {
  return `${HEAD}${more}function* coordinator() { ${body} }${TAIL}`;
}

function mistakes(text: string) {
  const read = readProtocol(text, 'x.ts');
  return 'name' in read ? [] : read;
}

/** The place of « in the text, where the mistake must be; and the text without it. */
function marked(text: string): { readonly text: string; readonly line: number; readonly column: number } {
  const before = text.slice(0, text.indexOf('«')).split('\n');
  return { text: text.replace('«', ''), line: before.length, column: before.at(-1)!.length + 1 };
}

const WRONG: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  'a step without yield*': [withBody('«load(state.phase); return 0;'), /yield\* load/],
  'yield* of what is no step': [withBody('yield* «peek(state.phase); return 0;'), /no step/],
  'a word that is not declared': [withBody('yield* load(state.«phasse); return 0;'), /no word phasse/],
  'a word of each process without a process': [withBody('yield* load(«own.vote); return 0;'), /each process has one/],
  'a name that is not known': [withBody('return «nothing;'), /nothing is not known/],
  'a global of the language': [withBody('return «process.exit();'), /only functions of the file/],
  'a member of a number': [withBody('const x = 1; return «x.constructor;'), /read by peek/],
  'a string as a value': [withBody('return «"a";'), /whole numbers/],
  'a fraction': [withBody('return «1.5;'), /whole numbers/],
  'an object': [withBody('const x = «{}; return 0;'), /an object/],
  'a template': [withBody('return «`a`;'), /template/],
  'a closure': [withBody('const f = «() => 1; return 0;'), /function in a function/],
  'new': [withBody('«new Date(); return 0;'), /`new`/],
  'a constant that is assigned': [withBody('const x = 1; «x = 2; return x;'), /is a constant/],
  'a word that is assigned': [withBody('«state.phase = 2; return 0;'), /only local variables/],
  'a comparison that converts': [withBody('return «1 == 2 ? 1 : 0;'), /not part of the language/],
  try: [withBody('«try { yield* work(); } finally { } return 0;'), /`try`/],
  'a wait for a number': [withBody('yield* wait(«state.phase); return 0;'), /takes a condition/],
  'a stage in a function without steps': [
    withBody('f(); return 0;', 'function f() { «stage("a"); }\n'),
    /function with steps/,
  ],
  'a function that calls itself': [
    withBody('yield* g(); return 0;', 'function* g() { yield* «g(); }\n'),
    /calls itself/,
  ],
  'another import': [`import fs from «'node:fs';\n${withBody('return 0;')}`, /imports from mktrouble\/protocol only/],
  'an import that does not exist': [
    `import { «laod } from 'mktrouble/protocol';\n${withBody('return 0;')}`,
    /has no laod/,
  ],
  'a statement at the top': [`«console.log(1);\n${withBody('return 0;')}`, /cannot stand at the top/],
  'a variable at the top': [`«let x = 1;\n${withBody('return 0;')}`, /only constants/],
  'a key that is not known': [withBody('return 0;').replace('version: 1,', 'version: 1, «nam: 1,'), /unknown key nam/],
  'another version': [
    withBody('return 0;').replace('version: 1', 'version: «2'),
    /version of the language is 1, not 2/,
  ],
  'a syntax error': [withBody('return «);'), /Unexpected token/],
  'a read before a step in one expression': [
    withBody('return «peek(state.phase) + (yield* load(state.phase));'),
    /left of a step/,
  ],
};

describe('reading a protocol file', () => {
  it('takes TypeScript and JavaScript, and gathers words, stages, calls and steps', () => {
    const typed = withBody(
      `stage('ask'); let n: number = 0; for (const p of tasks()) n += (yield* load(own.vote(p))) as number;
       if (n > 0 && (yield* attempt('write')) < 0) yield* kill(1); yield* wait(() => peek(own.vote(n)) === n); return n;`,
      'export type Vote = 0 | 1;\n',
    );
    const read = readProtocol(typed, 'x.ts');
    assert.ok('name' in read, JSON.stringify(read));
    assert.deepEqual(
      read.words.map(({ name }) => name),
      ['phase', 'vote'],
    );
    assert.deepEqual([read.stages, read.calls], [['ask'], ['write']]);
    assert.deepEqual(
      read.sites.map(({ label }) => label),
      ['coordinator: load vote', 'coordinator: attempt write', 'coordinator: kill', 'coordinator: wait', 'task: work'],
    );
  });

  for (const [what, [given, message]] of Object.entries(WRONG)) {
    it(`refuses ${what}, at its place`, () => {
      const { text, line, column } = marked(given);
      const [first] = mistakes(text);
      assert.ok(first, 'no mistake');
      assert.match(first.message, message);
      assert.deepEqual([first.line, first.column], [line, column], first.message);
    });
  }

  it('reports several mistakes at once, in their order', () => {
    const found = mistakes(withBody('load(state.phase); return nothing;', 'const x = "a";\n'));
    assert.deepEqual(
      found.map(({ line }) => line),
      [4, 5, 5],
    );
  });

  it('refuses what is too large when calls are written out', () => {
    const levels = Array.from({ length: 12 }, (_, i) =>
      i === 0 ? 'function* f0() { yield* work(); }' : `function* f${i}() { yield* f${i - 1}(); yield* f${i - 1}(); }`,
    );
    assert.match(
      mistakes(withBody('yield* f11(); return 0;', `${levels.join('\n')}\n`))[0]!.message,
      /more than 2000 steps/,
    );
  });

  it('never throws for a text that is cut off anywhere', () => {
    const text = withBody(`stage('a'); yield* wait(() => peek(own.vote(1)) === 1); return 0;`).slice(
      0,
      MAX_PROTOCOL_BYTES,
    );
    for (let end = 0; end < text.length; end += 3) readProtocol(text.slice(0, end), 'x.ts');
  });

  it('never overflows the stack', () => {
    for (const open of ['(', '{', '!', '-', '[', '() => ']) mistakes(withBody(`return ${open.repeat(20_000)}`));
  });
});
