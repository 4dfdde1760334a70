/** The scenario as a whole. The one source of the types, the JSON Schema, the reference page and the checks at load time. */
import * as z from 'zod';
import { MAX_FAULTS } from '../limits.ts';
import { criu } from './criu.ts';
import { expect, explore } from './expect.ts';
import { fault } from './fault.ts';
import { image } from './image.ts';
import { restart } from './restart.ts';
import { runtime } from './runtime.ts';
import { command, subject } from './subject.ts';
import { tree } from './task.ts';
import { title } from './values.ts';
import { list, mapping, text, word } from './word.ts';

const matrixValue = z.union([
  z.string({ error: 'a text' }),
  z.number({ error: 'a number' }),
  z.boolean({ error: 'true or false' }),
]);

const reason = text('a reason, as a sentence', 1000);

export const scenario = mapping('a scenario: a mapping with scenario and tree', {
  scenario: word(
    title,
    'What happens, as a sentence. The name of the test.',
    'scenario: Restart fails with EBUSY when a descendant is traced',
  ),
  why: word(
    z.string({ error: 'a text' }).max(10_000, { error: 'a text, at most 10000 characters' }),
    'Why it must be so: the rule, the source, the bug.',
    'why: prepare_descendants() answers a traced task with -EBUSY',
  ).optional(),
  tags: word(
    list(
      z
        .string({ error: 'a word' })
        .max(100, { error: 'a word, at most 100 characters' })
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        .regex(/^[^\s,\u0000-\u001f\u007f-\u009f]+$/, { error: 'a word without spaces and commas' }),
      'a list of words',
    ),
    'Words to choose scenarios by.',
    'tags: [ptrace, cleanup]',
  ).optional(),
  skip: word(
    reason,
    'The scenario is not run, for this reason. Reports show it as skipped.',
    'skip: the machine of CI has no CRIU that reads these images',
  ).optional(),
  todo: word(
    reason,
    'The scenario is not run yet, and this is what is missing. Reports show it as skipped.',
    'todo: the protocol has no second coordinator yet',
  ).optional(),
  only: word(
    reason,
    'While any scenario of a run has this key, no other is run. For work on one scenario: lint warns of it, and --forbid-only refuses it.',
    'only: I am looking for the leak here',
  ).optional(),
  extends: word(
    text('a file such as ../base.yaml', 1000).regex(/\.ya?ml$/, { error: 'a file such as ../base.yaml' }),
    'A file with sections that this scenario takes over: mappings are joined key by key, tags are joined, everything else is replaced. Every scenario also extends the nearest mktrouble.defaults.yaml of its folder and those above.',
    'extends: ../base.yaml',
  ).optional(),
  tree: word(
    tree,
    'The tasks that user space built: the root, or generate.',
    'tree: { pid: 100, children: [{ pid: 101 }] }',
  ),
  image: word(
    image,
    'What the checkpoint saved. By default it is taken from the tree.',
    'image: { pids: [100, 101, 999] }',
  ).optional(),
  matrix: word(
    z.record(
      z.string().regex(/^[A-Za-z][\w-]{0,99}$/, { error: 'a name of letters, digits, - and _, a letter first' }),
      list(matrixValue, 'a list of texts, numbers, or true and false'),
      { error: 'a mapping from names to lists of values' },
    ),
    `Values of \${{ matrix.<name> }}: one case for each value; with several names, one for each combination.`,
    'matrix: { bogus: [999, 0, -1] }',
  ).optional(),
  restart: word(
    restart,
    'How restart(2) is called, and which protocol runs it.',
    'restart: { protocol: hardened }',
  ).optional(),
  subject: word(
    subject,
    'CRIU: a real program in place of the tree.',
    'subject: { command: [sleep, "100"] }',
  ).optional(),
  check: word(
    command,
    "CRIU: a command that is run after a restore that returned success, in the case's namespaces and with the subject's environment and working folder. It must exit with 0, in as much time as a call of CRIU has. What it writes last, when it fails, distinguishes defects. Runs only with --allow-commands.",
    'check: [curl, -fsS, "http://localhost:8080/"]',
  ).optional(),
  criu: word(
    criu,
    'The tree is dumped and restored by CRIU. A scenario with this section is for the backend criu, unless restart.backends names others.',
    'criu: { namespace: own }',
  ).optional(),
  runtime: word(
    runtime,
    'The tree is a container, which a container runtime checkpoints and restores. A scenario with this section is for the backend oci, unless restart.backends names others.',
    'runtime: { name: runc }',
  ).optional(),
  faults: word(
    z.array(fault, { error: 'a list of faults' }).max(MAX_FAULTS, { error: `at most ${MAX_FAULTS} faults` }),
    'The faults, and when each fires.',
    'faults: [{ kill: 101, when: any }]',
  ).optional(),
  explore: word(
    explore,
    'Explores many schedules instead of one: exhaustive, or a mapping with a strategy.',
    'explore: exhaustive',
  ).optional(),
  expect: word(
    expect,
    'What must hold at the end, in addition to the properties.',
    'expect: { coordinator: EBUSY }',
  ).optional(),
}).meta({
  id: 'scenario',
  title: 'mktrouble scenario',
  description: 'A scenario: a tree, a restart, faults, and what must hold.',
});

/** The document once the matrix is filled in. */
export type Document = z.input<typeof scenario>;

/** A value of the matrix, or a text around it: `${{ matrix.x }}`. */
export type Expression = `${string}\${{${string}}}${string}`;

/** The same document as it is written: an expression may stand wherever a text, a number or a truth value may. */
type Written<T> = T extends string | number | boolean
  ? T | Expression
  : T extends readonly (infer Item)[]
    ? readonly Written<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: Written<T[K]> }
      : T;

/** A scenario as it is written, for scenarios in code. */
export type ScenarioDocument = Omit<Written<Document>, 'matrix'> & Pick<Document, 'matrix'>;

/** The parts of a document, and their schemas. */
export const SECTIONS = scenario.shape;
export type Section = keyof Document;
export const SECTION_NAMES = Object.keys(SECTIONS) as Section[];
