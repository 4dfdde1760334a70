/** The coverage reporter adds up what cases reached, by protocol and suite. */
import assert from 'node:assert/strict';
import { Coverage } from '../../reporters/listeners/coverage.ts';
import type { CaseResult } from '../../reporters/shared/result.ts';
import { openBackend, parseScenarios, runCase } from '../../src/index.ts';

async function resultOf(text: string): Promise<CaseResult> {
  const [c] = parseScenarios(text, 'x.yaml').cases;
  const verdict = await runCase(c!, { backend: await openBackend('simulated'), coverage: true });
  return { kind: 'pass', title: c!.title, path: ['x.yaml'], duration: 0, verdict };
}

async function report(...texts: string[]): Promise<string> {
  let written = '';
  const out = { write: (text: string) => (written += text) };
  const listener = new Coverage({ out } as unknown as ConstructorParameters<typeof Coverage>[0]);
  for (const text of texts) listener.result(await resultOf(text));
  listener.end();
  return written;
}

const shareOfSteps = (text: string): number => Number(/steps (\d+)\//.exec(text)![1]);

describe('the coverage reporter', () => {
  const healthy = 'scenario: Healthy\ntree: { pid: 100 }\nrestart: { protocol: hardened }\n';
  const failing = 'scenario: Bogus\ntree: { pid: 100 }\nimage: { pids: [999] }\nrestart: { protocol: hardened }\n';

  it('names what a healthy restart does not reach', async () => {
    const text = await report(healthy);
    assert.match(text, /destroy_descendants +0\//);
    assert.match(text, /restore_task_done +(\d+)\/\1 /);
  });

  it('says more when a case that fails is added, and keeps protocols apart', async () => {
    const one = await report(healthy);
    const both = await report(healthy, failing);
    assert.ok(shareOfSteps(both) > shareOfSteps(one));
    assert.equal((await report(healthy, failing.replace('hardened', 'series'))).match(/Coverage of/g)!.length, 2);
  });

  it('reports when there is no coverage', async () => {
    assert.match(await report(), /No coverage/);
  });
});
