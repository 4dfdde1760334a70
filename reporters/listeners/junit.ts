/**
 * JUnit XML for Jenkins, GitLab and others. One `<testsuite>` for each scenario file, with what its cases have in common
 * as `<properties>`; what is a case's own is in its system-out as `[[PROPERTY|name=value]]`, because the Jenkins schema
 * has no properties in a test case.
 */

import type { Bucket } from '../../src/model/signature.ts';
import { PLAIN } from '../shared/colors.ts';
import { failureLines } from '../shared/failure.ts';
import type { Listener, Setting } from '../shared/listener.ts';
import { replayCommand } from '../shared/replay-command.ts';
import { type CaseResult, isFinding } from '../shared/result.ts';
import type { Summary } from '../shared/summary.ts';
import { callLines } from '../words/criu.ts';
import { capabilityLines, hostWords, toolWords } from '../words/environment.ts';
import { UNICODE } from '../words/signs.ts';
import { decorate, documentText, legal, legalCdata, newDocument, type TestCase, type TestSuite } from './junit-xml.ts';

/** A suite while its cases come in. */
interface Suite {
  readonly node: TestSuite;
  readonly properties: Map<string, Set<string>>;
  milliseconds: number;
}

const COLUMNS = 120;

export class Junit implements Listener {
  readonly #setting: Setting;
  readonly #document = newDocument();
  readonly #suites = new Map<string, Suite>();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  result(result: CaseResult): void {
    const suite = this.#suite(result);
    suite.milliseconds += result.duration;
    const properties = listProperties(result);
    for (const [name, value] of [...properties, ...listEnvironment(result)]) {
      if (name.startsWith('replay') || name === 'kept') continue;
      const values = suite.properties.get(name) ?? new Set();
      suite.properties.set(name, values.add(value));
    }
    const node = suite.node
      .testCase()
      .name(legal(nameCase(result)))
      .className(legal(nameClass(result)))
      .time(seconds(result.duration));
    const out = [...properties.map(([name, value]) => `[[PROPERTY|${name}=${value}]]`), ...writeStory(result)].join(
      '\n',
    );
    judge(node, result, legalCdata(out));
  }

  end(summary: Summary): void {
    for (const { node, properties, milliseconds } of this.#suites.values()) {
      node.time(seconds(milliseconds));
      for (const [name, values] of properties) node.property(name, legal([...values].slice(0, 20).join(', ')));
    }
    this.#document.name('mktrouble');
    this.#setting.out.write(documentText(this.#document, seconds(summary.duration)));
  }

  #suite(result: CaseResult): Suite {
    const name = nameSuite(result);
    let suite = this.#suites.get(name);
    if (!suite) {
      suite = { node: this.#document.testSuite().name(legal(name)), properties: new Map(), milliseconds: 0 };
      this.#suites.set(name, suite);
    }
    return suite;
  }
}

/** Failure, error or skip, and system-out, in the order that the schema wants. */
function judge(node: TestCase, result: CaseResult, out: string): void {
  const { kind, verdict, error, reason } = result;
  const [first, ...others] = verdict?.violations ?? [];
  const body = (text: string): string => legalCdata(text);
  if (kind === 'skip') node.skipped();
  if (kind === 'error')
    node.error(legal(reason ?? error?.message ?? 'broken'), 'error', body(error?.stack ?? reason ?? ''));
  if (kind === 'incomplete') node.error(legal(reason ?? ''), 'incomplete', body(reason ?? ''));
  if (isFinding(kind)) {
    const text = first
      ? [violationText(first), ...listCalls(verdict)].join('\n')
      : (error?.stack ?? error?.message ?? '');
    node
      .failure(
        legal(
          [...(kind === 'flaky' ? [reason ?? 'flaky'] : []), first?.message ?? error?.message ?? 'failed'].join(': '),
        ),
        legal(first?.property ?? 'failure'),
      )
      .stacktrace(body(text));
  }
  decorate(node, (element) => {
    if (kind === 'skip') skippedIn(element)?.att('message', legal(reason ?? ''));
    if (isFinding(kind)) {
      for (const v of others) {
        element.ele('failure', { message: legal(v.message), type: legal(v.property) }).cdata(body(violationText(v)));
      }
    }
    if (out !== '') element.ele('system-out').cdata(out);
  });
}

/** The calls of CRIU in the run that failed: a viewer shows the failure, and often not the system-out. */
function listCalls(verdict: CaseResult['verdict']): string[] {
  const criu = verdict?.record?.criu;
  const tool = verdict?.environment && toolWords(verdict.environment);
  return criu ? ['', tool ?? `CRIU ${criu.version}`, ...callLines(criu)] : [];
}

/** The element that the library made last, which for a skipped case is `<skipped/>`. */
function skippedIn(element: unknown): { att(name: string, value: string): unknown } | undefined {
  return (element as { children?: { name?: string; att(name: string, value: string): unknown }[] }).children?.find(
    (child) => child.name === 'skipped',
  );
}

type Violations = NonNullable<CaseResult['verdict']>['violations'];

function violationText({ message, expected, actual, position, step }: Violations[number]): string {
  return [
    message,
    ...(expected === undefined ? [] : [`expected: ${expected}`]),
    ...(actual === undefined ? [] : [`actual: ${actual}`]),
    ...(step === undefined ? [] : [`at step: ${step}`]),
    ...(position === undefined ? [] : [`at: ${position.file}:${position.line}:${position.column}`]),
  ].join('\n');
}

/** Tree, timeline and the rest for what went wrong or is a known defect. */
function writeStory(result: CaseResult): string[] {
  const isShown = isFinding(result.kind) || result.kind === 'error' || (result.verdict?.known.length ?? 0) > 0;
  return isShown ? failureLines(result, { colors: PLAIN, symbols: UNICODE, columns: COLUMNS }) : [];
}

function listProperties({ verdict }: CaseResult): [string, string][] {
  if (!verdict) return [];
  const { backend, project, protocol, seed, tags, record, replay, bucket, case: c } = verdict;
  return [
    ['backend', backend],
    ...(project === undefined ? [] : ([['project', project]] as [string, string][])),
    ['protocol', protocol],
    ['seed', record?.seed ?? seed],
    ...(tags.length > 0 ? ([['tags', tags.join(' ')]] as [string, string][]) : []),
    ...Object.entries(c?.matrix ?? {}).map(([key, value]): [string, string] => [`matrix.${key}`, String(value)]),
    ...(bucket === undefined ? [] : listBucket(bucket)),
    ...(replay === undefined ? [] : ([['replay', replay]] as [string, string][])),
    ...(verdict.kept === undefined ? [] : ([['kept', verdict.kept]] as [string, string][])),
    ...(verdict.status === 'flaky' ? ([['flaky', 'true']] as [string, string][]) : []),
    ...(isFinding(verdict.status) ? ([['replay-command', replayCommand(verdict)]] as [string, string][]) : []),
  ];
}

function listBucket({ id, state, defect }: Bucket): [string, string][] {
  return [
    ['signature', id],
    ['defect-state', state],
    ...(defect === undefined ? [] : ([['defect', defect]] as [string, string][])),
  ];
}

/** Where the cases of a suite ran. */
function listEnvironment({ verdict }: CaseResult): [string, string][] {
  const environment = verdict?.environment;
  if (!environment) return [];
  const tool = toolWords(environment);
  return [
    ['environment', hostWords(environment)],
    ...(tool === undefined ? [] : ([['program', tool]] as [string, string][])),
    ...capabilityLines(environment).map((line): [string, string] => {
      const [name, ...words] = line.split(': ');
      return [`capability.${name}`, words.join(': ')];
    }),
  ];
}

function nameSuite({ verdict, position, path }: CaseResult): string {
  return verdict?.position.file ?? position?.file ?? path[0] ?? 'tests';
}

/** Dots make the packages that Jenkins groups by: the theme and the file's name. */
/** One case on several engines is one test for each. */
function nameCase({ title, verdict }: CaseResult): string {
  return verdict?.project === undefined ? title : `${title} (${verdict.project})`;
}

function nameClass(result: CaseResult): string {
  const { verdict, path } = result;
  if (!verdict) return path.join('.') || 'tests';
  const parts = verdict.position.file.replace(/\.ya?ml$/, '').split(/[\\/]+/);
  return parts
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .slice(-2)
    .map((p) => p.replaceAll('.', '_'))
    .join('.');
}

/** Seconds with at most 3 decimals: more is refused by Jenkins' schema. */
function seconds(milliseconds: number): number {
  return Math.round(Math.max(0, milliseconds)) / 1000;
}
