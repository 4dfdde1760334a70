/** A misspelt name of any kind is bad input, and the name that was meant is named. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { Command } from 'commander';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

type Row = readonly [typed: string, meant: string];

/** For each name that a user can type: how it is misspelt, and what was meant. */
const TYPED: Readonly<Record<string, readonly Row[]>> = {
  command: [
    ['rnu', 'run'],
    ['help rnu', 'run'],
    ['report mrge', 'merge'],
    ['protocol lst', 'list'],
  ],
  option: [['run --sed 1', '--seed']],
  'run <paths>': [
    ['run scenarois', 'scenarios'],
    ['run scenarios/ptrac/x.yaml', 'scenarios/ptrace'],
  ],
  'run --backend': [['run --backend simulatd', 'simulated']],
  'run --protocol': [
    ['run --protocol hardend', 'hardened'],
    ['run --protocol docs/examples/protocol/two-phas.ts', 'docs/examples/protocol/two-phase.ts'],
  ],
  'run --tag': [['run scenarios/ptrace --tag ptrac', 'ptrace']],
  'run --project': [['run scenarios/ptrace --criu old=4.1.1 --criu new=4.2.1 --project odl', 'old']],
  'run --criu': [['run --criu ./scenarois/criu', 'scenarios']],
  'run --runtime': [
    ['run --runtime rnuc', 'runc'],
    ['run --runtime ./scenarois/runc', 'scenarios'],
  ],
  'run --plugin': [['run --plugin test/backends/native/plugins/barier.c', 'test/backends/native/plugins/barrier.c']],
  'run --fail-on': [['run --fail-on nwe', 'new']],
  'run --known': [
    ['run scenarios/ptrace --known scenarios/criu/mktrouble.knwon.yaml', 'scenarios/criu/mktrouble.known.yaml'],
  ],
  'run --reporter': [['run --reporter junti=a.xml', 'junit']],
  'run --property': [
    [
      'run --property docs/examples/property/killed-only-on-failur.ts',
      'docs/examples/property/killed-only-on-failure.ts',
    ],
  ],
  'run --fault': [['run --fault docs/examples/fault/lose-recrd.ts', 'docs/examples/fault/lose-record.ts']],
  'run --image-editor': [
    ['run --image-editor docs/examples/image-editor/orphand.ts', 'docs/examples/image-editor/orphaned.ts'],
  ],
  'run --records': [['run --records nonee', 'none']],
  'run --durations': [['run scenarios/ptrace --shard 1/2 --durations pakage.json', 'package.json']],
  'replay <finding>': [['replay pakage.json', 'package.json']],
  'replay --backend': [['replay --backend simulatd', 'simulated']],
  'replay --criu': [['replay --criu ./scenarois/criu', 'scenarios']],
  'replay --protocol': [['replay --protocol hardend', 'hardened']],
  'replay --property': [
    [
      'replay --property docs/examples/property/killed-only-on-failur.ts',
      'docs/examples/property/killed-only-on-failure.ts',
    ],
  ],
  'replay --fault': [['replay --fault docs/examples/fault/lose-recrd.ts', 'docs/examples/fault/lose-record.ts']],
  'replay --image-editor': [
    ['replay --image-editor docs/examples/image-editor/orphand.ts', 'docs/examples/image-editor/orphaned.ts'],
  ],
  'show <finding>': [['show docs/findngs/1.replay.yaml', 'docs/findings']],
  'show --protocol': [['show --protocol hardend', 'hardened']],
  'show --property': [
    [
      'show --property docs/examples/property/killed-only-on-failur.ts',
      'docs/examples/property/killed-only-on-failure.ts',
    ],
  ],
  'show --fault': [['show --fault docs/examples/fault/lose-recrd.ts', 'docs/examples/fault/lose-record.ts']],
  'show --image-editor': [
    ['show --image-editor docs/examples/image-editor/orphand.ts', 'docs/examples/image-editor/orphaned.ts'],
  ],
  'export <finding>': [
    ['export scenarios/criu/stages/tasks-are-hi.yaml:1 --as sh', 'scenarios/criu/stages/tasks-are-hit.yaml'],
    ['export docs/criu-findngs.md#1 --as sh', 'docs/criu-findings.md'],
    [
      'export a-stopped-task-with-a-pending-fatal-signal-is-killed-on-restor --as sh',
      'a-stopped-task-with-a-pending-fatal-signal-is-killed-on-restore',
    ],
  ],
  'export --as': [['export a.yaml --as zdmt', 'zdtm']],
  'export --known': [
    ['export some-defect --as sh --known scenarios/criu/mktrouble.knwon.yaml', 'scenarios/criu/mktrouble.known.yaml'],
  ],
  'export --criu': [['export a.yaml --as sh --criu ./scenarois/criu', 'scenarios']],
  'export --runtime': [['export a.yaml --as scenario --runtime cru', 'crun']],
  'bisect <finding>': [
    [
      'bisect scenarios/criu/stages/tasks-are-hi.yaml --good a --bad b --build c',
      'scenarios/criu/stages/tasks-are-hit.yaml',
    ],
  ],
  'bisect --known': [
    [
      'bisect some-defect --good a --bad b --build c --known scenarios/criu/mktrouble.knwon.yaml',
      'scenarios/criu/mktrouble.known.yaml',
    ],
  ],
  'bisect --repository': [
    ['bisect scenarios/criu/stages/tasks-are-hit.yaml --good a --bad b --build c --repository scenarois', 'scenarios'],
  ],
  'outcomes <paths>': [['outcomes scenarois', 'scenarios']],
  'outcomes --protocol': [['outcomes scenarios --protocol hardend', 'hardened']],
  'fuzz <scenario>': [['fuzz scenarois/a.yaml', 'scenarios']],
  'fuzz --backend': [['fuzz --backend cru', 'criu']],
  'fuzz --criu': [['fuzz --criu ./scenarois/criu', 'scenarios']],
  'sweep <scenario>': [['sweep scenarois/a.yaml', 'scenarios']],
  'sweep --criu': [['sweep --criu ./scenarois/criu', 'scenarios']],
  'sweep --of': [['sweep --of dmup', 'dump']],
  'sweep --outcomes': [['sweep --outcomes ENOMEM,shrt', 'short']],
  'sweep --known': [['sweep --known scenarios/criu/mktrouble.knwon.yaml', 'scenarios/criu/mktrouble.known.yaml']],
  'campaign plan <paths>': [['campaign plan scenarois', 'scenarios']],
  'campaign plan --backend': [['campaign plan --backend simulatd', 'simulated']],
  'campaign plan --protocol': [['campaign plan --protocol hardend', 'hardened']],
  'campaign plan --tag': [['campaign plan scenarios/ptrace --tag ptrac', 'ptrace']],
  'campaign plan --criu': [['campaign plan --criu ./scenarois/criu', 'scenarios']],
  'campaign plan --runtime': [['campaign plan --runtime podmna@5', 'podman']],
  'campaign plan --plugin': [
    ['campaign plan --plugin test/backends/native/plugins/barier.c', 'test/backends/native/plugins/barrier.c'],
  ],
  'campaign plan --of': [['campaign plan --sweep --of dmup', 'dump']],
  'campaign plan --outcomes': [['campaign plan --sweep --outcomes ENOMEM,shrt', 'short']],
  'campaign plan --work': [
    ['campaign plan --work docs/examples/work/restart-siz.ts', 'docs/examples/work/restart-sizes.ts'],
  ],
  'campaign plan --as': [['campaign plan --as slrum', 'slurm']],
  'campaign plan --property': [
    [
      'campaign plan --property docs/examples/property/killed-only-on-failur.ts',
      'docs/examples/property/killed-only-on-failure.ts',
    ],
  ],
  'campaign plan --fault': [
    ['campaign plan --fault docs/examples/fault/lose-recrd.ts', 'docs/examples/fault/lose-record.ts'],
  ],
  'campaign plan --image-editor': [
    ['campaign plan --image-editor docs/examples/image-editor/orphand.ts', 'docs/examples/image-editor/orphaned.ts'],
  ],
  'campaign plan --known': [
    [
      'campaign plan scenarios/ptrace --known scenarios/criu/mktrouble.knwon.yaml',
      'scenarios/criu/mktrouble.known.yaml',
    ],
  ],
  'campaign results <folders>': [['campaign results scenarois', 'scenarios']],
  'report merge <files>': [['report merge pakage.json', 'package.json']],
  'report merge --reporter': [['report merge package.json --reporter junti', 'junit']],
  'report diff <old>': [['report diff pakage.json package.json', 'package.json']],
  'report diff <new>': [['report diff package.json pakage.json', 'package.json']],
  'triage <files>': [['triage pakage.json', 'package.json']],
  'triage --known': [
    ['triage REPORT --known scenarios/criu/mktrouble.knwon.yaml', 'scenarios/criu/mktrouble.known.yaml'],
  ],
  'validate <paths>': [['validate scenarois', 'scenarios']],
  'lint <paths>': [['lint scenarois', 'scenarios']],
  'list <paths>': [['list scenarois', 'scenarios']],
  'explain <word>': [
    ['explain restores-inorder', 'restores-in-order'],
    ['explain EBUSSY', 'EBUSY'],
  ],
  'protocol show <name>': [['protocol show hardend', 'hardened']],
  'protocol diff <from>': [['protocol diff hardend patch', 'hardened']],
  'protocol diff <to>': [['protocol diff patch hardend', 'hardened']],
  'new <template>': [
    ['new signl', 'signal'],
    ['new docs/examples/template/servic.ts', 'docs/examples/template/service.ts'],
  ],
  'config <paths>': [['config scenarois', 'scenarios']],
  'doctor --criu': [['doctor --criu ./scenarois/criu', 'scenarios']],
  'conformance <backend>': [['conformance simulatd', 'simulated']],
  'conformance <paths>': [['conformance simulated scenarois', 'scenarios']],
  'conformance --criu': [['conformance simulated --criu ./scenarois/criu', 'scenarios']],
  'setup <what>': [
    ['setup crui', 'criu'],
    ['setup crui@4.2.1', 'criu'],
    ['setup rnuc', 'runc'],
    ['setup crunn@1.21', 'crun'],
  ],
  'completion <shell>': [['completion bsh', 'bash']],
};

/** What has no list of names to compare with: numbers, times, patterns, commits, commands, files and folders that are written. */
const WITHOUT_NAMES: ReadonlySet<string> = new Set(
  [
    'run --grep --seed --schedules --max-states --timeout --max-memory --retries --parallel --replays --keep --only-changed --shard',
    'replay --as-scenario',
    'export --out',
    'conformance --timeout',
    'bisect --good --bad --build --engine --runs',
    'outcomes --grep --max-states --parallel',
    // Its kinds are those of the images of a dump: test/cli/fuzz.test.ts.
    'fuzz --target --seed --count --time --changes --parallel --out',
    'sweep --count --time --parallel --out',
    'worker --at --shard',
    'campaign_plan --at --seeds --fuzz --target --changes --unit-time --jobs --grep --seed --schedules --max-states --max-memory --retries',
    'campaign_run --at --parallel',
    'campaign_status --at --html',
    'campaign_results --at',
    'campaign_stop --at',
    'history <run>',
    'init <dir>',
    'new <file>',
  ].flatMap((line) => {
    const [command, ...names] = line.split(' ');
    // `campaign_plan --at`: of the command `campaign plan`.
    return names.map((name) => `${command!.replace('_', ' ')} ${name}`);
  }),
);

/** Every argument and every option with a value, of every command: `run <paths>`, `run --tag`. */
function listNames(command: Command, path: readonly string[] = []): string[] {
  const args = command.registeredArguments.map((one) => `<${one.name()}>`);
  const options = command.options.filter((one) => one.required || one.optional).map(({ long }) => long!);
  const inner = command.commands.flatMap((one) => listNames(one, [...path, one.name()]));
  return [...[...args, ...options].map((name) => [...path, name].join(' ')), ...inner];
}

/** A report of no case. */
const NONE = { cases: 0, passed: 0, failed: 0, errors: 0, skipped: 0, violations: 0, known: 0, duration: 0 };
const EMPTY_REPORT = JSON.stringify({ version: 1, cases: [], summary: { ...NONE, interrupted: false } });

const TREE = 'tree: { pid: 100, children: [{ pid: 101 }] }';
/** The rest of a scenario, and what was meant in it. */
const WRITTEN: Readonly<Record<string, string>> = {
  'tre: 1': 'tree',
  'restart: { protocl: hardened }': 'protocol',
  'restart: { protocol: hardend }': 'hardened',
  'restart: { backends: [simulatd] }': 'simulated',
  'faults: [{ kil: 101 }]': 'kill',
  'faults: [{ signal: SIGUSR, to: 101 }]': 'SIGUSR1',
  'faults: [{ kill: 1011 }]': '101',
  'faults: [{ kill: 101, when: { task: 101, at: sync1 } }]': 'sync-1',
  'faults: [{ kill: 101, name: first }, { kill: 100, when: { after: frist } }]': 'first',
  'expect: { coordinator: EBUSSY }': 'EBUSY',
  'expect: { tasks: { 1001: killed } }': '100',
  'expect: { tasks: { 101: killd } }': 'killed',
  'expect: { violates: [restores-inorder] }': 'restores-in-order',
};

describe('did you mean', () => {
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({ 'report.json': EMPTY_REPORT });
  });
  after(() => folder.remove());

  it('has a row for every name of the command line', () => {
    const program = new Command();
    for (const add of COMMANDS) add({ program, action: () => async () => {} });
    // The flags of a run are those of `config`, too: they are read by the same code.
    const names = listNames(program).filter((name) => !/^config --/.test(name));
    assert.deepEqual(
      names.filter((name) => !(name in TYPED) && !WITHOUT_NAMES.has(name)),
      [],
    );
    assert.deepEqual(
      [...Object.keys(TYPED), ...WITHOUT_NAMES].filter((name) => name.includes(' ') && !names.includes(name)),
      [],
    );
  });

  for (const [name, rows] of Object.entries(TYPED)) {
    for (const [typed, meant] of rows) {
      it(`${name}: mktrouble ${typed}`, async () => {
        const words = typed.replace('REPORT', path.join(folder.path, 'report.json')).split(' ');
        const { result, stderr } = await capture(() => main(['node', 'mktrouble', ...words]));
        assert.equal(result, EXIT.input);
        assert.ok(stderr.toLowerCase().includes(`did you mean ${meant.toLowerCase()}?`), stderr);
      });
    }
  }

  it('no command takes more arguments than it has', async () => {
    const program = new Command();
    for (const add of COMMANDS) add({ program, action: () => async () => {} });
    const visit = (command: Command, words: readonly string[]): [string[], Command][] => [
      ...command.commands.flatMap((one) => visit(one, [...words, one.name()])),
      ...(command.commands.length === 0 ? [[[...words], command] as [string[], Command]] : []),
    ];
    for (const [words, command] of visit(program, [])) {
      if (command.registeredArguments.some(({ variadic }) => variadic)) continue;
      const many = command.registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? '1');
      const { result, stderr } = await capture(() => main(['node', 'mktrouble', ...words, ...many, 'excess']));
      assert.equal(result, EXIT.input, words.join(' '));
      assert.match(stderr, /too many arguments|is invalid|not specified/, words.join(' '));
    }
  });

  for (const [rest, meant] of Object.entries(WRITTEN)) {
    it(`${rest}: ${meant}`, () => {
      const { diagnostics } = parseScenarios(`scenario: A\n${TREE}\n${rest}\n`, 'a.yaml', KNOWN_NAMES);
      assert.ok(
        diagnostics.some(({ hint }) => hint?.includes(`did you mean ${meant}?`)),
        JSON.stringify(diagnostics.map(({ message, hint }) => ({ message, hint }))),
      );
    });
  }
});
