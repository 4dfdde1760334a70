/** A fault verb of one's own that does what its word says, and cases that use it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Backend } from '../../src/backends/backend.ts';
import { openBackend } from '../../src/injector/backends.ts';
import { runCase } from '../../src/injector/index.ts';
import { namesWith } from '../../src/injector/own-modules.ts';
import type { Case } from '../../src/model/case.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { skipWithout } from './available.ts';
import { type Folder, temporaryFolder } from './folder.ts';

/** `fire` throws in line 8, and begins in line 6. */
const VERB = `import { appendFileSync } from 'node:fs';
export default {
  contract: 1, name: 'mine', statement: 'It.', backends: ['criu', 'oci'],
  words: { how: { type: 'text', statement: 'what it does' } },
  // A line.
  async fire({ moment, with: { how }, signal }, scene) {
    if (how === 'throw')
      throw new Error('no luck');
    if (how === 'hang') await new Promise((_, reject) => signal.addEventListener('abort', reject));
    if (how === 'wait') await scene.run(['sleep', '1000']);
    if (how === 'say nothing') return undefined;
    if (how === 'none') return false;
    if (how === 'kill init') return process.kill(scene.init, 'SIGKILL');
    if (how.startsWith('run ')) { const { exit } = await scene.run(['sh', '-c', how.slice(4)]); return exit === 0; }
    const { run, exec, tasks, ...rest } = scene;
    appendFileSync(new URL('log', import.meta.url), JSON.stringify({ moment, tasks: tasks && [...tasks], ...rest }) + '\\n');
    return true;
  },
};
`;

export class OwnVerb {
  readonly #folder: Folder = temporaryFolder({ 'mine.mjs': VERB, log: '' });
  /** For `faults` of the options of a backend. */
  readonly files = [path.join(this.#folder.path, 'mine.mjs')];

  remove(): void {
    this.#folder.remove();
  }

  parse(text: string): Case {
    const { cases, diagnostics } = parseScenarios(text, 'a.yaml', namesWith({ faults: this.files }));
    assert.deepEqual(diagnostics, []);
    return cases[0]!;
  }

  async run(backend: Backend, text: string) {
    const verdict = await runCase(this.parse(text), { backend, own: { faults: this.files } });
    return { ...verdict, properties: verdict.violations.map(({ property }) => property) };
  }

  async play(backend: Backend, text: string): Promise<RunRecord> {
    return backend.run({ case: this.parse(text), protocol: 'series', seed: '0', maxSteps: 1000 });
  }

  /** The scenes that it has logged, the oldest first. */
  scenes<Scene>(): (Scene & { readonly moment: string })[] {
    const lines = readFileSync(path.join(this.#folder.path, 'log'), 'utf8').split('\n').filter(Boolean);
    this.#folder.write('log', '');
    return lines.map((line) => JSON.parse(line) as Scene & { readonly moment: string });
  }
}

/** A line of `faults`: the verb does this at that moment. */
export function ownFault(how: string, moment: string, more = ''): string {
  return `  - { own: mine, with: { how: "${how}" }, when: { moment: ${moment} }${more} }\n`;
}

/** The verb, and a backend that has it, for the tests of a suite; they are skipped, with the reason, where the backend does not work. */
export function useOwnVerb(name: 'criu' | 'oci'): { readonly verb: OwnVerb; readonly backend: () => Backend } {
  const verb = new OwnVerb();
  let backend: Backend;
  before(async function () {
    backend = await openBackend(name, { faults: verb.files });
    await skipWithout(backend, this);
  });
  after(async () => {
    await backend.dispose();
    verb.remove();
  });
  return { verb, backend: () => backend };
}
