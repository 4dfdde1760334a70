/** The options that a scenario can give are those of CRIU's own help, and reach its command line. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { criuEnvironment } from '../../../src/backends/criu/command-line.ts';
import { locateCriu } from '../../../src/backends/criu/locate.ts';
import { listCommands } from '../../../src/model/case.ts';
import { CRIU_OPTIONS, optionWords, RESERVED_OPTIONS, UNLISTED_OPTIONS } from '../../../src/model/criu-options.ts';
import { parseScenarios, writeScenario } from '../../../src/scenario/index.ts';

const VERSIONS = ['4.1.1', '4.2.1'];
/** Of its help what is about dump and restore. */
const SECTIONS = [
  ['Dump/Restore options:', 'Check options:'],
  ['* Logging:', 'Page/Service server options:'],
] as const;

function readListed(help: string): Set<string> {
  const texts = SECTIONS.map(([from, to]) => help.slice(help.indexOf(from), help.indexOf(to)));
  const found = texts.flatMap((text) => [...text.matchAll(/^\s*(?:-\w\S*?\|)?--([a-z][a-z-]+)/gm)]);
  return new Set(found.map(([, name]) => name!));
}

describe('The environment of a call of CRIU', () => {
  const number = (fault: string, of: 'dump' | 'restore', breakpointsFire: boolean) => {
    const { cases } = parseScenarios(`scenario: A\ntree: { pid: 100 }\ncriu: { ${fault} }\n`, 'a.yaml');
    return criuEnvironment(cases[0]!.criu!, of, { breakpointsFire })['CRIU_FAULT'];
  };

  it('has the fault point of the scenario, and has CRIU do without breakpoints where none ever fires', () => {
    const fault = 'fault-point: { of: restore, number: 2 }';
    assert.equal(number('', 'dump', true), undefined);
    assert.equal(number('', 'dump', false), '130');
    assert.equal(number(fault, 'dump', true), undefined);
    assert.equal(number(fault, 'restore', true), '2');
    assert.equal(number(fault, 'restore', false), '2');
  });
});

describe('Options of CRIU', function () {
  this.timeout(20_000);
  for (const version of VERSIONS) {
    it(`are those that the help of ${version} lists, or reserved with a reason`, async function () {
      const criu = await locateCriu({ ...process.env, MKTROUBLE_CRIU: version });
      if (typeof criu === 'string') {
        console.log(`      skipped: ${criu}`);
        return this.skip();
      }
      const [program, ...first] = criu.command;
      const { stdout } = spawnSync(program!, [...first, '--help'], { encoding: 'utf8' });
      const listed = readListed(stdout);
      assert.ok(listed.size > 50, `${listed.size} options`);
      assert.deepEqual(
        [...listed].filter((name) => !(name in CRIU_OPTIONS) && !(name in RESERVED_OPTIONS)),
        [],
      );
      const unknown = Object.keys(CRIU_OPTIONS).filter((name) => !listed.has(name));
      const newer = version === '4.1.1' ? ['allow-uprobes'] : [];
      assert.deepEqual(unknown.sort(), [...UNLISTED_OPTIONS, ...newer].sort());
    });
  }

  const HEAD = 'scenario: A\ntree: { pid: 100 }\n';
  const parse = (criu: string) => parseScenarios(`${HEAD}criu: { ${criu} }`, 'a.yaml');

  it('of both calls go to the calls that use them, and those of one call go before', () => {
    const { cases, diagnostics } = parse(
      'options: { skip-in-flight: true, ghost-limit: 1M, pidfile: a, external: [a, b] }, restore-options: { pidfile: b }',
    );
    assert.deepEqual(diagnostics, []);
    const { dump, restore } = cases[0]!.criu!.options;
    assert.deepEqual(optionWords(dump!), ['--skip-in-flight', '--ghost-limit=1M', '--external=a', '--external=b']);
    assert.deepEqual(optionWords(restore!), ['--pidfile=b', '--external=a', '--external=b']);
    assert.deepEqual(parseScenarios(writeScenario(cases[0]!), 'a.yaml').cases[0]!.criu, cases[0]!.criu);
  });

  it('that do not exist, or are not of the call, are errors at their place', () => {
    for (const [words, column] of [
      ['options: { tcp-closed: true }', 20],
      ['dump-options: { pidfile: a }', 25],
      ['restore-options: { ghost-limit: 1M }', 28],
      ['options: { timeout: soon }', 29],
      ['options: { lazy-pages: true }', 20],
    ] as const) {
      const [first] = parse(words).diagnostics;
      assert.deepEqual([first?.line, first?.column], [3, column], words);
    }
  });

  it('that reach outside of the case are commands, which need permission', () => {
    const commands = (words: string) => listCommands(parse(words).cases[0]!);
    for (const words of [
      'libdir: plugins',
      'freeze-cgroup: /sys/fs/cgroup',
      'root: /',
      'external: a',
      'join-ns: "net:1"',
    ])
      assert.equal(commands(`options: { ${words} }`).length > 0, true, words);
    for (const words of ['pidfile: ../a', 'pidfile: /a', 'manage-cgroups: strict'])
      assert.equal(commands(`options: { ${words} }`).length > 0, true, words);
    for (const words of ['pidfile: a', 'timeout: 3', 'manage-cgroups: ignore', 'link-remap: true', 'ghost-limit: 1M'])
      assert.deepEqual(commands(`options: { ${words} }`), [], words);
    assert.deepEqual(commands('dump-options: { libdir: a, timeout: 3 }'), [['criu', 'dump', '--libdir=a']]);
  });

  it('that are false are not given', () =>
    assert.deepEqual(optionWords({ 'tcp-close': false, timeout: 3 }), ['--timeout=3']));
});
