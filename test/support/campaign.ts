/** Campaigns of a small suite, run as a user runs them; and what their tests wait for. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Folder } from './folder.ts';
import { type Ended, mktrouble } from './program.ts';

/** Of these runs some show a race. */
export const SUITE = `scenario: Races
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
restart: { protocol: series }
explore: { strategy: random, schedules: 1500 }
---
scenario: Healthy
tree: { pid: 100, children: [{ pid: 101 }] }
restart: { protocol: hardened }
`;

export interface Campaign {
  /** Runs the program with these arguments. */
  run(...args: string[]): Promise<Ended>;
  /** Plans the suite at a place; what is printed. */
  plan(at: string, ...more: string[]): Promise<string>;
  /** All that does not depend on which worker did what. */
  results(...places: string[]): Promise<Record<string, unknown>>;
}

/** Campaigns in a folder that has the suite as suite.yaml. */
export function campaignIn(folder: Folder): Campaign {
  const run = (...args: string[]): Promise<Ended> => mktrouble(args, { cwd: folder.path });
  return {
    run,
    async plan(at, ...more) {
      const args = ['campaign', 'plan', 'suite.yaml', '--seeds', '30', '--unit-time', '0.5', '--at', at, ...more];
      const { code, stdout, stderr } = await run(...args);
      assert.equal(code, 0, stderr);
      return stdout;
    },
    async results(...places) {
      const named = places.length === 1 ? ['--at', places[0]!] : places;
      const { stdout, stderr } = await run('campaign', 'results', '--json', ...named);
      assert.equal(stderr, '');
      const found = JSON.parse(stdout);
      for (const one of found.findings) delete one.file;
      return found;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits half a minute at most. */
export async function waitFor(isThere: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !isThere(); i++) await sleep(100);
  assert.ok(isThere());
}
