/** When a part of an agent is killed or stopped, every wait for it ends with the reason, and nothing of it is left. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError } from '../../../src/backends/agent/agent.ts';
import { callCriu } from '../../../src/backends/criu/call.ts';
import { compileCriuAgent } from '../../../src/backends/criu/compile.ts';
import { criu } from '../../../src/backends/criu/index.ts';
import { Sandbox } from '../../../src/backends/criu/sandbox.ts';
import { listChildren } from '../../../src/backends/host/stopped.ts';
import { NativeAgent } from '../../../src/backends/native/agent.ts';
import { compileNativeAgent } from '../../../src/backends/native/compile.ts';
import { native } from '../../../src/backends/native/index.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { skipWhereNone } from '../../support/available.ts';

const isRoot = process.getuid?.() === 0;
const PARTS: readonly [part: string, pidOf: (warden: number) => number][] = [
  ['warden', (warden) => warden],
  ['init', (warden) => listChildren(warden)[0]!],
];

async function until(test: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !test(); i++) await sleep(20);
  assert.ok(test());
}

describe('When a part of the CRIU backend dies', function () {
  this.timeout(60_000);
  before(async function () {
    await skipWhereNone(criu, this);
  });

  for (const [part, pidOf] of PARTS) {
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      it(`${signal} to the ${part} ends the wait for a call of CRIU, and what is left is cleared up`, async () => {
        const program = await compileCriuAgent();
        const sandbox = await Sandbox.start({ program, userNamespace: !isRoot });
        const { pid } = sandbox;
        const init = listChildren(pid)[0]!;
        const { cases } = parseScenarios('scenario: A\ntree: { pid: 100 }\ncriu: { limit: 600000 }', 'a.yaml');
        const sleeping = {
          command: ['sh', '-c', 'sleep 1000'],
          version: '0',
          where: 'a stand-in',
          path: '/bin/sh',
          name: 'stand-in',
        };
        const call = callCriu(sandbox, cases[0]!, 'dump', {
          criu: sleeping,
          program,
          hooks: false,
          unprivileged: false,
          breakpointsFire: true,
          plain: true,
          images: '/run/mktrouble/images',
          log: 'dump.log',
          atStage: async () => {},
          meanwhile: () => process.kill(pidOf(pid), signal),
        });
        await assert.rejects(call, AgentError);
        await sandbox.stop();
        await until(() => !existsSync(`/proc/${pid}`) && !existsSync(`/proc/${init}`));
      });

      it(`${signal} to the ${part} ends a request, and what is left is cleared up`, async () => {
        const program = await compileCriuAgent();
        const sandbox = await Sandbox.start({ program, userNamespace: !isRoot });
        const { pid } = sandbox;
        const init = pidOf(pid);
        process.kill(init, signal);
        await assert.rejects(Promise.race([sandbox.do('busy').then(() => sandbox.gone), sandbox.gone]), AgentError);
        await sandbox.stop();
        await until(() => !existsSync(`/proc/${pid}`) && !existsSync(`/proc/${init}`));
      });
    }
  }
});

describe('When mktrouble dies while an agent starts', () => {
  before(async function () {
    await skipWhereNone(criu, this);
  });

  // Any folder serves: the warden makes it, as it makes a cgroup, and has to remove it.
  it('its cgroup is removed, though the first message finds no reader', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-warden-'));
    const fifo = path.join(folder, 'out');
    execFileSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const out = openSync(fifo, 'w');
    closeSync(reader);
    const cgroup = path.join(folder, 'cgroup');
    const args = ['serve', ...(isRoot ? [] : ['--user']), '--cgroup', cgroup];
    const child = spawn(await compileCriuAgent(), args, { stdio: ['pipe', out, 'pipe'] });
    child.stdin!.end();
    let said = '';
    child.stderr!.on('data', (piece) => (said += piece));
    await once(child, 'close');
    assert.equal(said, '');
    assert.equal(existsSync(cgroup), false);
    closeSync(out);
    rmSync(folder, { recursive: true });
  });
});

describe('When a part of the native backend dies', function () {
  this.timeout(60_000);
  before(async function () {
    await skipWhereNone(native, this);
  });

  for (const [part, pidOf] of PARTS) {
    it(`SIGSTOP to the ${part} ends a request, and what is left is cleared up`, async () => {
      const agent = await NativeAgent.start({ program: await compileNativeAgent(), userNamespace: !isRoot });
      const { pid } = agent;
      const init = listChildren(pid)[0]!;
      process.kill(pidOf(pid), 'SIGSTOP');
      const busy = async () => {
        for (;;) await agent.forkAndReap(10);
      };
      await assert.rejects(busy(), AgentError);
      await agent.stop();
      await until(() => !existsSync(`/proc/${pid}`) && !existsSync(`/proc/${init}`));
    });
  }
});
