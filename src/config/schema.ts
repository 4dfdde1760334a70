/**
 * What a project can set, each under one name in the configuration file, in MKTROUBLE_OPTIONS and (as a flag) on the command
 * line. The one source of the types, the checks, the JSON Schema and the reference; what crosses to Mocha's workers is checked
 * by it, too. As in scenarios nothing is transformed: what was checked is what was written.
 */
import * as z from 'zod';
import { BACKENDS } from '../model/case.ts';
import { DEFAULTS } from '../scenario/defaults.ts';
import { protocolFile } from '../scenario/schema/values.ts';
import { flag, integer, kebab, list, mapping, oneOf, oneOrMore, suggest, text, word } from '../scenario/schema/word.ts';
import { parseTagExpression } from './tag-expression.ts';
import { isPattern, MAX_TIMEOUT, readReporter, readSize, readTime } from './values.ts';

/** Characters of a path, a pattern, a name. */
const MAX_TEXT = 4096;
const MAX_PROJECTS = 100;
const MAX_WORKERS = 1024;

const TIME = 'a time such as 500ms, 90s or 5m, or a number of milliseconds';
const SIZE = 'a size such as 500M or 2G, or a number of bytes';
const REPORTER = 'name, name=file, or a mapping with name, output and options';

const path = text('a path', MAX_TEXT);
const BACKEND = 'the name of a backend, or the file of one of your own';
const backend = z.union([oneOf(BACKENDS, 'backend'), text(BACKEND, MAX_TEXT)]);
const pattern = text('a regular expression', MAX_TEXT).refine(isPattern, { error: 'a regular expression' });
const TAGS = 'a tag, or an expression with and, or, not and parentheses';
const tags = z
  .array(
    text(TAGS, 1000).refine((one) => typeof parseTagExpression(one) !== 'string', {
      error: ({ input }) => `${TAGS}: ${parseTagExpression(String(input))}`,
    }),
    { error: 'a list of tags' },
  )
  .max(1000, { error: 'at most 1000 tags' });

const PROTOCOL = word(
  z.union([suggest(kebab('the name of a protocol: series, patch, hardened or a variant'), 'protocols'), protocolFile]),
  'Protocol to use instead of the one that a scenario names; one of your own by its file.',
  'protocol: hardened',
);

/** How each case is run; for all projects, or for one. */
const CASE_WORDS = {
  protocol: PROTOCOL.optional(),
  seed: word(
    z.union([z.int({ error: 'a number' }), text('a text', 100)]),
    'Seed of all random choices.',
    'seed: 7',
  ).optional(),
  schedules: word(
    integer(1, 1_000_000_000, 'a number of schedules'),
    'Number of schedules per case.',
    'schedules: 1000',
  ).optional(),
  maxStates: word(
    integer(1, 10_000_000_000, 'a number of states'),
    'Maximum number of states of the exhaustive searches of the whole run. Default: 20,000,000 per case.',
    'maxStates: 100000',
  ).optional(),
  timeout: word(
    z.union([
      z.number({ error: TIME }).positive({ error: TIME }).max(MAX_TIMEOUT, { error: TIME }),
      text(TIME, 20).refine((one) => readTime(one) !== undefined, { error: TIME }),
    ]),
    'Time limit of the whole run. Default: none.',
    'timeout: 90s',
  ).optional(),
  maxMemory: word(
    z.union([
      integer(1, Number.MAX_SAFE_INTEGER, 'a number of bytes'),
      text(SIZE, 20).refine((one) => readSize(one) !== undefined, { error: SIZE }),
    ]),
    'Memory limit of the searches of all worker processes together. Default: a quarter of the memory.',
    'maxMemory: 2G',
  ).optional(),
  retries: word(
    integer(0, 100, 'a number of retries'),
    'How often a case that fails on real tasks is run again. One that then passes is flaky, which is a finding all the same. Default: 0.',
    'retries: 2',
  ).optional(),
  criu: word(
    text('a version or a path', MAX_TEXT),
    'CRIU to use: a version that `mktrouble setup criu@VERSION` installed, or the path of a program.',
    'criu: 4.1.1',
  ).optional(),
  runtime: word(
    text('a container runtime', MAX_TEXT),
    'Container runtime to use: one that `mktrouble setup` unpacked (runc, or runc@1.1.15), or the path of a program. Cases for other runtimes are skipped.',
    'runtime: ./runc/runc',
  ).optional(),
  plugin: word(
    path,
    'Native backend: a C file with a restart of your own (docs/native-backend.md).',
    'plugin: ./my-restart.c',
  ).optional(),
};

const project = mapping('a mapping with name and backend', {
  name: word(text('a name', 100), 'Name of the project, in titles and reports.', 'name: criu 4.2'),
  backend: word(
    backend,
    'Restart backend, or the file of one of your own (docs/writing-a-backend.md).',
    'backend: criu',
  ),
  ...CASE_WORDS,
  grep: word(pattern, 'Only cases whose title matches belong to the project.', 'grep: signal').optional(),
  tags: word(
    tags,
    'Only cases for which one of these tag expressions holds belong to the project.',
    'tags: [ptrace and not slow]',
  ).optional(),
}).meta({ id: 'project', description: 'A way to run the cases: a backend with its engine, protocol and options.' });

const reporter = mapping(REPORTER, {
  name: word(text('a name', MAX_TEXT), "A reporter of mktrouble, one of Mocha's, or a module.", 'name: junit'),
  output: word(path, 'File to write. Default: standard output.', 'output: report.xml').optional(),
  options: word(
    z.record(z.string(), z.unknown(), { error: 'a mapping' }),
    'Options for a reporter that is a module.',
    'options: { verbose: true }',
  ).optional(),
}).meta({ id: 'reporter', description: 'A reporter.' });

export const SETTINGS = mapping('a mapping with settings', {
  paths: word(
    list(path, 'a list of files and folders'),
    'Scenario files and folders. Default: scenarios.',
    'paths: [scenarios]',
  ).optional(),
  backends: word(
    z.union([z.literal('all', { error: 'all' }), oneOrMore(backend, 'a list of backends')]),
    'Restart backends, or all: each case is one test on each; one of your own by its file. Default: simulated, or the one that a case names.',
    'backends: [simulated, native]',
  ).optional(),
  projects: word(
    list(project, 'a list of projects').max(MAX_PROJECTS, { error: `at most ${MAX_PROJECTS} projects` }),
    'Ways to run each case: one test on each. Goes before `backends`.',
    'projects: [{ name: old, backend: criu, criu: 4.1.1 }, { name: new, backend: criu, criu: 4.2.1 }]',
  ).optional(),
  project: word(oneOrMore(text('a name', 100), 'a list of names'), 'Only these projects.', 'project: old').optional(),
  own: word(
    flag(),
    'Leave out cases that are for other backends only, instead of skipping them. Default: true with projects.',
    'own: true',
  ).optional(),
  ...CASE_WORDS,
  grep: word(
    pattern,
    'Only cases whose title (with its @tags) matches this regular expression.',
    'grep: signal',
  ).optional(),
  tags: word(
    tags,
    'Only cases for which one of these tag expressions holds.',
    'tags: [ptrace and not slow]',
  ).optional(),
  defaults: word(
    DEFAULTS,
    'What scenarios have that do not specify it: keys of restart, explore, and further tags.',
    'defaults: { restart: { protocol: hardened } }',
  ).optional(),
  allowCommands: word(
    flag(),
    'Execute the commands that scenarios name (subject, load, check). Default: false.',
    'allowCommands: true',
  ).optional(),
  bail: word(flag(), 'Stop after the first case that fails. Default: false.', 'bail: true').optional(),
  parallel: word(
    integer(1, MAX_WORKERS, 'a number of worker processes'),
    'Number of worker processes; 1 runs everything in one process. Default: one for each core, two for one of CRIU or container runtimes, and 1 for a run of a few seconds.',
    'parallel: 4',
  ).optional(),
  failOnSkip: word(flag(), 'Exit with 2 when a case is skipped. Default: false.', 'failOnSkip: true').optional(),
  forbidOnly: word(
    flag(),
    'Exit with 2 when a scenario has the key `only`. Default: false.',
    'forbidOnly: true',
  ).optional(),
  allowFlaky: word(
    flag(),
    'Flaky cases, which are reported, do not make the exit code 1. Default: false.',
    'allowFlaky: true',
  ).optional(),
  failOn: word(
    oneOf(['any', 'new'], 'choice of findings'),
    'Findings that make the exit code 1: any, or new (of no known defect). Default: any.',
    'failOn: new',
  ).optional(),
  known: word(
    path,
    'File of known defects. Default: the nearest mktrouble.known.yaml above each scenario file.',
    'known: mktrouble.known.yaml',
  ).optional(),
  reporters: word(
    list(
      z.union([
        text(REPORTER, MAX_TEXT).refine((one) => readReporter(one) !== undefined, { error: REPORTER }),
        reporter,
      ]),
      'a list of reporters',
    ),
    'Reporters. Default: spec.',
    'reporters: [spec, junit=report.xml]',
  ).optional(),
  properties: word(
    list(path, 'a list of files'),
    'Properties of your own, by their files: every case is judged by them too. They are code.',
    'properties: [./my-property.ts]',
  ).optional(),
  faults: word(
    list(path, 'a list of files'),
    'Fault verbs of your own, by their files, for backends of your own. They are code.',
    'faults: [./my-fault.ts]',
  ).optional(),
  imageEditors: word(
    list(path, 'a list of files'),
    "Editors of CRIU's images of your own, by their files. They are code.",
    'imageEditors: [./my-editor.ts]',
  ).optional(),
  templates: word(
    list(path, 'a list of files'),
    'Templates of your own for `mktrouble new`, by their files. They are code, which only that command executes.',
    'templates: [./my-template.ts]',
  ).optional(),
  records: word(
    oneOf(['all', 'failed', 'none'], 'choice of records'),
    'Which runs the JSON report contains step by step: all, failed or none. Default: failed.',
    'records: all',
  ).optional(),
  coverage: word(
    flag(),
    'Record what of the protocol was reached. Default: true where a reporter needs it.',
    'coverage: true',
  ).optional(),
  replays: word(
    path,
    'Folder for the replay files of findings. Default: .mktrouble; with Mocha none.',
    'replays: .mktrouble',
  ).optional(),
  keep: word(
    path,
    'Folder in which each failed case leaves its images, logs and output. Default: none is kept.',
    'keep: kept',
  ).optional(),
}).meta({ id: 'settings', title: 'mktrouble configuration', description: 'The configuration of a project.' });

/** As they are once they were read. */
const READ_WORDS = {
  seed: text('a text', 100).optional(),
  timeout: z.number().positive().max(MAX_TIMEOUT).optional(),
  maxMemory: z.int().min(1).optional(),
};

/** Settings on the way to a worker: of a backend of the user's own both its name and its file are known. */
export const WORKER_SETTINGS = SETTINGS.extend({
  ...READ_WORDS,
  projects: list(project.extend({ ...READ_WORDS, module: path.optional() }), 'a list of projects').min(1),
}).required({ paths: true, allowCommands: true });

/** Settings as they are written; all may be missing. */
export type Settings = z.input<typeof SETTINGS>;
export type ProjectSettings = z.input<typeof project>;
export type SettingName = keyof Settings;

export const SETTING_NAMES = Object.keys(SETTINGS.shape) as SettingName[];
/** What a project may set for itself, and the command line and the environment for all projects. */
export const CASE_SETTINGS = Object.keys(CASE_WORDS) as (keyof typeof CASE_WORDS)[];

/** The settings as a JSON Schema, for editors. */
export function settingsSchema(): object {
  return z.toJSONSchema(SETTINGS, { target: 'draft-7', io: 'input' });
}

/** What a setting is for, and what holds without it. */
export function describeSetting(name: SettingName): string {
  return String(SETTINGS.shape[name].meta()?.['description'] ?? SETTINGS.shape[name].unwrap().meta()?.['description']);
}
