/**
 * Everything in this program that reads a text or bytes from outside, as a function for fuzzing: it gets an input and must
 * return. Where a reader accepts the input, what comes after it is run too: a report is passed to all reporters.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { diffReports, mergeReports, parseReport } from '../../reporters/merge.ts';
import { REPORTERS } from '../../reporters/registry.ts';
import { PLAIN } from '../../reporters/shared/colors.ts';
import { diffLines, diffMarkdown } from '../../reporters/shared/diff-text.ts';
import type { Output } from '../../reporters/shared/output.ts';
import { type JsonReport, resultFrom } from '../../reporters/shared/read-report.ts';
import { Tally } from '../../reporters/shared/summary.ts';
import { UNICODE } from '../../reporters/words/signs.ts';
import { readImage, writeImage } from '../../src/backends/criu/images/file.ts';
import { readPids } from '../../src/backends/criu/images/pstree.ts';
import { findSpots, readMessage, withField, writeMessage } from '../../src/backends/criu/images/wire.ts';
import { compileOwn } from '../../src/backends/simulated/own/build.ts';
import { OwnMachine } from '../../src/backends/simulated/own/machine.ts';
import { parseEnded } from '../../src/cli/run/journal.ts';
import { OPTIONS_VARIABLE, readEnvironment } from '../../src/config/environment.ts';
import { parseSettings } from '../../src/config/text.ts';
import { KNOWN_NAMES, KNOWN_SETTINGS } from '../../src/injector/known.ts';
import { parseReplay } from '../../src/injector/replay-file.ts';
import { makeResult } from '../../src/mocha/result.ts';
import { PROPERTY_NAMES } from '../../src/properties/names.ts';
import { MAX_PROTOCOL_BYTES, readProtocol } from '../../src/protocol/own/read.ts';
import { parseDefects, updateDefects } from '../../src/scenario/defects.ts';
import { formatDiagnostic } from '../../src/scenario/index.ts';
import { parseBytes } from '../../src/scenario/load.ts';
import { criuRecord, failedDump, killedRestore } from '../reporters/fixtures/criu.ts';
import { realRuns } from '../reporters/fixtures/real.ts';
import { buildCase, failing } from '../reporters/fixtures/verdicts.ts';
import { answers, readAnswers } from './answers.ts';
import { campaign, readCampaign } from './campaign.ts';

export interface Reader {
  readonly name: string;
  /** Inputs to begin with. */
  seeds(): readonly Buffer[] | Promise<readonly Buffer[]>;
  read(input: Buffer): void;
}

const ROOT = path.resolve(import.meta.dirname, '../..');

export const READERS: readonly Reader[] = [
  {
    name: 'scenario',
    seeds: () => filesBelow('scenarios', /\.ya?ml$/).slice(0, 60),
    read(input) {
      for (const one of parseBytes(input, 'a.yaml', KNOWN_NAMES).diagnostics) formatDiagnostic(one, { color: true });
    },
  },
  {
    name: 'replay',
    seeds: () => filesBelow('docs/findings', /\.replay\.yaml$/),
    read(input) {
      parseReplay(input.toString('utf8'), 'a.replay.yaml');
    },
  },
  {
    name: 'report',
    seeds: reports,
    read(input) {
      const report = parseReport(input.toString('utf8'), 'a.json');
      if (typeof report === 'string') return;
      const { cases, coverage, environments } = mergeReports([report, report]);
      for (const create of Object.values(REPORTERS)) {
        const listener = create({
          out: NOWHERE,
          options: { records: 'all', summary: '/dev/null' },
          total: cases.length,
        });
        const tally = new Tally(0);
        for (const result of cases.map((one) => resultFrom(one, environments))) {
          tally.add(result);
          listener.result(result);
        }
        if (coverage) listener.coverage?.(coverage);
        listener.end(tally.summary(false, 0));
      }
      const changes = diffReports(report, { ...report, cases: [] });
      diffLines(changes, NOWHERE);
      diffMarkdown(changes);
    },
  },
  {
    name: 'options',
    seeds: () => SETTINGS.map((one) => Buffer.from(JSON.stringify(one))),
    read(input) {
      readEnvironment({ [OPTIONS_VARIABLE]: input.toString('utf8') }, KNOWN_SETTINGS);
    },
  },
  {
    name: 'configuration',
    seeds: () => SETTINGS.map((one) => Buffer.from(stringify(one))),
    read(input) {
      const { layer, diagnostics } = parseSettings(input.toString('utf8'), 'mktrouble.config.yaml', KNOWN_SETTINGS);
      for (const one of diagnostics) formatDiagnostic(one, { color: true });
      for (const name of Object.keys(layer?.settings ?? {})) layer!.locate([name]);
    },
  },
  {
    name: 'known-defects',
    seeds: () => filesBelow('scenarios', /^(.*\/)?mktrouble\.known\.yaml$/),
    read(input) {
      const text = input.toString('utf8');
      const { defects, diagnostics } = parseDefects(text, 'mktrouble.known.yaml', PROPERTY_NAMES);
      for (const one of diagnostics) formatDiagnostic(one, { color: true });
      const states = new Map(defects.map(({ name }) => [name, 'fixed'] as const));
      if (diagnostics.length === 0) updateDefects(text, { added: [], states });
    },
  },
  { name: 'campaign', seeds: campaign, read: readCampaign },
  { name: 'journal', seeds: journal, read: (input) => void parseEnded(input.toString('utf8')) },
  {
    name: 'protocol',
    seeds: () => filesBelow('docs/examples/protocol', /\.ts$/),
    read(input) {
      const read = readProtocol(input.toString('utf8').slice(0, MAX_PROTOCOL_BYTES), 'a.ts');
      if (!('name' in read)) return;
      const build = compileOwn(read);
      if (build.sites.length > 1) new OwnMachine(buildCase({ faults: [] }), build).enabled(new Int32Array(100));
    },
  },
  { name: 'answers', seeds: answers, read: readAnswers },
  {
    name: 'image',
    seeds: () => [Buffer.from(writeImage({ head: Buffer.from('1943565409000000', 'hex'), records: [RECORD, RECORD] }))],
    read(input) {
      readPids(input);
      const image = readImage(input);
      for (const record of image?.records ?? [input]) {
        for (const { place } of findSpots(record).slice(0, 20)) {
          withField(record, place, 7);
          withField(record, place, undefined);
        }
        const fields = readMessage(record);
        if (fields) writeMessage(fields);
      }
      if (image) writeImage(image);
    },
  },
];

/** A process in pstree.img, with a message in it. */
const RECORD = writeMessage([
  { number: 1, type: 'varint', value: 100n },
  { number: 2, type: 'varint', value: 1n },
  { number: 5, type: 'bytes', bytes: writeMessage([{ number: 1, type: 'varint', value: 101n }]) },
  { number: 6, type: 'fixed', bytes: new Uint8Array(8) },
]);

const SETTINGS = [
  {},
  {
    backends: ['simulated', 'native'],
    seed: '7',
    schedules: 20,
    grep: 'a|b',
    tags: ['x'],
    replays: '.mktrouble',
    coverage: true,
  },
  {
    projects: [{ name: 'a', backend: 'simulated', protocol: 'hardened' }],
    reporters: ['spec', 'json=a.json'],
    defaults: { restart: { protocol: 'series' } },
  },
];

const NOWHERE: Output = {
  colors: PLAIN,
  symbols: UNICODE,
  columns: 100,
  terminal: false,
  live: false,
  write() {},
  writeRaw() {},
  progress() {},
  close() {},
  discard() {},
};

/** Reports of real runs on the simulated backend, and of what CRIU did. */
async function reports(): Promise<Buffer[]> {
  const runs = (await realRuns(['series', 'hardened'], ['1'])).map(({ verdict }) => verdict);
  const others = [criuRecord(), failedDump(), killedRestore()].map((record) => failing({ record, case: buildCase() }));
  return [...runs, ...others].map((verdict) => {
    let text = '';
    const write = (more: string): void => {
      text += more;
    };
    const json = REPORTERS['json']!({ out: { ...NOWHERE, write }, options: { records: 'all' } });
    const test = { title: verdict.title, verdict };
    const result = makeResult(test, verdict.status === 'pass' ? 'pass' : 'fail', new Error('x'));
    const tally = new Tally(0);
    tally.add(result);
    json.result(result);
    json.end(tally.summary(false, 0));
    return Buffer.from(text);
  });
}

function filesBelow(folder: string, pattern: RegExp): Buffer[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => readFileSync(path.join(ROOT, folder, name)));
}

/** Lines of the journal of a run. */
async function journal(): Promise<Buffer[]> {
  const written = (await reports()).map((text) => JSON.parse(text.toString('utf8')) as JsonReport);
  return written.flatMap(({ cases, environments = [] }) =>
    cases.map((report) => Buffer.from(JSON.stringify({ key: 'a', digest: 'b', report, environment: environments[0] }))),
  );
}
