/** A misspelt name of any kind is bad input, and the name that was meant is named. */
import assert from 'node:assert/strict';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { capture } from '../support/capture.ts';

/** What is typed, and what was meant. */
const TYPED: Readonly<Record<string, string>> = {
  rnu: 'run',
  'run --sed 1': '--seed',
  'run --reporter junti=a.xml': 'junit',
  'run scenarios/ptrace --tag ptrac': 'ptrace',
  'run scenarois': 'scenarios',
  'run scenarios/ptrac/x.yaml': 'scenarios/ptrace',
  'setup crui': 'criu',
  'setup crui@4.2.1': 'criu',
  'export a.yaml --as zdmt': 'zdtm',
  'explain restores-inorder': 'restores-in-order',
  'run --backend simulatd': 'simulated',
  'run --protocol hardend': 'hardened',
  'run --fail-on nwe': 'new',
  'run --records nonee': 'none',
  'explain EBUSSY': 'EBUSY',
  'new signl': 'signal',
  'protocol show hardend': 'hardened',
  'completion bsh': 'bash',
  'report mrge': 'merge',
};

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
  for (const [typed, meant] of Object.entries(TYPED)) {
    it(`mktrouble ${typed}: ${meant}`, async () => {
      const { result, stderr } = await capture(() => main(['node', 'mktrouble', ...typed.split(' ')]));
      assert.equal(result, EXIT.input);
      assert.match(stderr.toLowerCase(), new RegExp(`did you mean ${meant.toLowerCase()}\\?`));
    });
  }

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
