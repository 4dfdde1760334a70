/** What passed without having been tested: a dump that fails for no reason of the scenario, and a fault that is never reached. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { runCase } from '../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { useCriu } from '../backends/criu/programs.ts';

describe('With CRIU, a case that tested nothing', function () {
  this.timeout(120_000);
  const backend = useCriu();

  async function violated(text: string): Promise<{ properties: string[]; messages: string }> {
    const { cases, diagnostics } = parseScenarios(`scenario: A\n${text}`, 'a.yaml', KNOWN_NAMES);
    assert.deepEqual(diagnostics, []);
    const { violations, reason } = await runCase(cases[0]!, { backend: backend() });
    assert.equal(reason, undefined);
    return {
      properties: violations.map(({ property }) => property),
      messages: violations.map(({ message }) => message).join('\n'),
    };
  }

  it('fails where the dump fails before the stage of the action script is reached', async () => {
    const tree = 'tree: { pid: 100, children: [{ pid: 101 }] }\n';
    const found = await violated(
      `${tree}criu: { script-fails: post-restore, syscalls: { of: dump, after: pre-dump, call: ptrace, number: 1, errno: EPERM } }\nexpect: { coordinator: [failed, killed] }`,
    );
    assert.deepEqual(found.properties, ['fault-never-fired']);
    assert.match(found.messages, /post-restore.*the dump /);
  });

  it('fails where CRIU cannot dump the program, with the reason of CRIU', async function () {
    if (spawnSync('python3', ['-c', '']).status !== 0) {
      console.log('      skipped: python3 is not there');
      this.skip();
    }
    const found = await violated(
      `tree: { pid: 100 }
subject: { command: [python3, -m, http.server, "8123"], ready: { port: 8123 } }
criu: { script-fails: post-restore }`,
    );
    if (!found.properties.includes('failed-dump-has-a-cause') && !/dump failed/.test(found.messages)) {
      console.log('      skipped: this CRIU dumps inet sockets on this kernel');
      this.skip();
    }
    assert.equal(found.properties[0], 'failed-dump-has-a-cause');
    assert.match(found.messages, /\.c:\d+/);
  });
});
