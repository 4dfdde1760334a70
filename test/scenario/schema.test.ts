import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { parse, parseAllDocuments, stringify } from 'yaml';
import * as z from 'zod';
import { referencePage } from '../../lab/pages/scenario-reference.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { BACKENDS, RESTART_FLAGS } from '../../src/model/case.ts';
import { ERRNO_NAMES } from '../../src/model/errno.ts';
import { SIGNAL_NAMES } from '../../src/model/signals.ts';
import { formatWords, parseScenarios } from '../../src/scenario/index.ts';
import { jsonSchema } from '../../src/scenario/schema/json-schema.ts';
import { property } from '../../src/scenario/schema/values.ts';
import type { Suggested } from '../../src/scenario/schema/word.ts';
import { keyWords } from '../../src/scenario/schema/words.ts';
import { scenario } from './arbitrary.ts';

const repository = new URL('../../', import.meta.url);

/** The names of other rooms that a value has, where its schema wants such (see `suggest`). */
function namesIn(schema: z.ZodType, value: unknown): { kind: Suggested; name: string }[] {
  const kind = schema.meta()?.suggest as Suggested | undefined;
  if (kind && typeof value === 'string') return [{ kind, name: value }];
  if (schema instanceof z.ZodOptional) return namesIn(schema.unwrap() as z.ZodType, value);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => namesIn(option as z.ZodType, value));
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((item) => namesIn(schema.element as z.ZodType, item));
  }
  if (schema instanceof z.ZodObject && typeof value === 'object' && value !== null) {
    const shape = schema.shape as Record<string, z.ZodType>;
    return Object.entries(value).flatMap(([key, inner]) => (shape[key] ? namesIn(shape[key], inner) : []));
  }
  return [];
}

describe('docs/scenario-reference.md', () => {
  it('is current (npm run generate)', () => {
    assert.ok(readFileSync(new URL('docs/scenario-reference.md', repository), 'utf8') === referencePage());
  });
});

describe('the words of the format', () => {
  it('each have an example that is right, and an end to their description', () => {
    for (const { where, word, description, example, schema } of keyWords()) {
      const name = `${where}.${word}`;
      const written = parse(example) as Record<string, unknown>;
      assert.deepEqual(Object.keys(written), [word], name);
      const result = schema.safeParse(written[word]);
      assert.ok(result.success, `${name}: ${example}: ${result.error && z.prettifyError(result.error)}`);
      assert.match(description, /\.$/, name);
    }
  });

  it('have examples with names of this build: of its properties and its protocols', () => {
    const named = keyWords().flatMap(({ word, example, schema }) =>
      namesIn(schema, (parse(example) as Record<string, unknown>)[word]),
    );
    assert.ok(named.some(({ kind }) => kind === 'properties') && named.some(({ kind }) => kind === 'protocols'));
    for (const { kind, name } of named) assert.ok(KNOWN_NAMES[kind].includes(name), `${name} is none of the ${kind}`);
    const said = /such as ([a-z-]+)/.exec(property.safeParse(1).error!.issues[0]!.message);
    assert.ok(KNOWN_NAMES.properties.includes(said![1]!), said![0]);
  });

  it('are all of the vocabulary', () => {
    const words = new Set(formatWords().map(({ word }) => word));
    const vocabulary = `
      scenario why tags tree image matrix restart faults explore expect
      pid name children threads state alive zombie dead exit-code ghost sibling session pgid traced-by owner restarting-itself
      absent exits flags forks generate shape tasks seed first-pid star chain binary random
      pids nr-tasks truncate corrupt object at xor zombies retval header container tree task tail
      coordinator-pid capable fd logfd debug protocol backends
      to task times call name signal kill stop ptrace fork fail wake delay exit errno child when any start after coordinator
      kmalloc image-read restore freeze
      header tree root claim prepare activate wait tail freeze out release
      sync-1 threads sync-2 restore next done sync-3 resume exit
      ok killed blocked resumed frozen killed zombie exited untouched marked never-forked waiting
      coordinator tasks left-waiting violates may-violate except all
      strategy schedules depth pct exhaustive`;
    for (const word of vocabulary.trim().split(/\s+/)) assert.ok(words.has(word), word);
    assert.ok(formatWords().every(({ description, example }) => description !== '' && example !== ''));
  });
});

describe('the JSON Schema', () => {
  let validate: ValidateFunction;
  before(() => {
    const schema = JSON.parse(JSON.stringify(jsonSchema(KNOWN_NAMES)));
    assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#');
    validate = new Ajv({ strict: false, validateSchema: true, allErrors: true }).compile(schema);
  });

  const accepts = (document: unknown, is = true) =>
    assert.equal(validate(document), is, `${stringify(document)}\n${JSON.stringify(validate.errors, null, 1)}`);

  it('accepts the examples of the format', () => {
    const folder = new URL('examples/', import.meta.url);
    for (const file of readdirSync(folder)) {
      for (const document of parseAllDocuments(readFileSync(new URL(file, folder), 'utf8'))) accepts(document.toJS());
    }
  });

  it('accepts whatever loads', () => {
    fc.assert(
      fc.property(scenario, (document) => {
        const text = stringify(document);
        if (parseScenarios(text, 'x.yaml').cases.length > 0) accepts(parse(text));
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it('allows an expression for any scalar, but not in the matrix', () => {
    const x = `\${{ matrix.x }}`;
    const tree = {
      pid: x,
      state: x,
      ghost: x,
      'exit-code': x,
      threads: [x, { pid: x }],
      session: x,
      'traced-by': x,
      flags: [x],
    };
    accepts({
      scenario: x,
      tags: [x],
      tree: { ...tree, children: [tree] },
      image: { pids: [x], 'nr-tasks': x, truncate: x, corrupt: [{ object: x, xor: x }], retval: { 101: x } },
      restart: { pid: x, capable: x, fd: x, protocol: x, backends: [x] },
      faults: [
        { signal: x, to: x, times: x, when: x },
        { kill: [x], when: { task: x, at: x } },
        { fail: x, errno: x, call: x, when: { after: x } },
      ],
      explore: { strategy: x, seed: x },
      expect: { coordinator: [x], tasks: { 101: x, all: [x, { waiting: x }] }, 'left-waiting': [x], violates: [x] },
    });
    accepts({ scenario: 'x', tree: { generate: { shape: x, tasks: x } } });
    accepts({ scenario: 'x', tree: { pid: 100 }, matrix: { x: [x] } });
    accepts({ scenario: 'x', tree: { pid: 100 }, matrix: { x: x } }, false);
  });

  it('refuses what the loader refuses', () => {
    const tree = { pid: 100 };
    const wrong: unknown[] = [
      { tree },
      { scenario: 'x', tree, tag: [] },
      { scenario: 'x', tree: { ...tree, stat: 'zombie' } },
      { scenario: 'x', tree: { ...tree, state: 'zombi' } },
      { scenario: 'x', tree: { ...tree, threads: [{ pid: 101, ghost: true }] } },
      { scenario: 'x', tree: { ...tree, forks: [{ pid: 101, children: [{ pid: 102 }] }] } },
      { scenario: 'x', tree: { pid: 0 } },
      { scenario: 'x', tree: { generate: { shape: 'star' } } },
      { scenario: 'x', tree, faults: [{ signal: 'SIGUSER1', to: 100 }] },
      { scenario: 'x', tree, faults: [{ kill: 100, stop: 100 }] },
      { scenario: 'x', tree, faults: [{ times: 2 }] },
      { scenario: 'x', tree, faults: [{ kill: 100, when: { task: 100 } }] },
      { scenario: 'x', tree, expect: { coordinator: 'EBUSSY' } },
      { scenario: 'x', tree, expect: { tasks: { al: 'killed' } } },
      { scenario: 'x', tree, explore: 'everything' },
      { scenario: 'x', tree, restart: { backends: [] } },
    ];
    for (const document of wrong) {
      accepts(document, false);
      assert.ok(parseScenarios(stringify(document), 'x.yaml').diagnostics.length > 0);
    }
  });

  it('describes every key, with an example, for the editor', () => {
    const described = new Set<string>();
    const visit = (schema: unknown): void => {
      if (schema === null || typeof schema !== 'object') return;
      for (const [key, value] of Object.entries(schema)) {
        if (key !== 'properties') visit(value);
        else {
          for (const [word, one] of Object.entries(
            value as Record<string, { description?: string; markdownDescription?: string }>,
          )) {
            assert.match(one.description ?? '', /^(?!undefined).*\n\nExample: [^`].+$/s, word);
            assert.match(one.markdownDescription ?? '', /\n\nExample: `.+`$/s, word);
            described.add(word);
            visit(one);
          }
        }
      }
    };
    visit(validate.schema);
    assert.ok(described.size > 60, `${described.size}`);
  });

  it('lists the words that an editor completes', () => {
    const text = JSON.stringify(jsonSchema(KNOWN_NAMES));
    for (const word of [
      ...ERRNO_NAMES,
      ...SIGNAL_NAMES,
      ...BACKENDS,
      ...Object.keys(RESTART_FLAGS),
      'sync-3',
      'prepare',
    ]) {
      assert.ok(text.includes(`"${word}"`), word);
    }
  });
});
