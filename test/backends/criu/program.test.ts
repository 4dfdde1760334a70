/** The words of a request reach the agent, and a program's argv, byte for byte. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { AgentError } from '../../../src/backends/agent/agent.ts';
import { CannotCompile } from '../../../src/backends/agent/c-program.ts';
import { look, type Seen } from '../../../src/backends/criu/census.ts';
import { startCommand } from '../../../src/backends/criu/command.ts';
import { compileCriuAgent } from '../../../src/backends/criu/compile.ts';
import { Sandbox } from '../../../src/backends/criu/sandbox.ts';

/** Any text without a NUL, in well-formed Unicode: all that can be in argv and in a scenario. */
const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('', ' ', '\n', '\r', '%', '%%', '%41', '%e', '\u00a0', '\u3000', '\u2028', '\ud83d\ude00', '-', '0'),
);
const words = fc.oneof(
  { weight: 8, arbitrary: fc.array(word, { maxLength: 12 }) },
  { weight: 1, arbitrary: fc.array(word, { minLength: 90, maxLength: 400 }) },
);

/** A sandbox; the test is skipped, with the reason, where there can be none. */
async function startSandbox(test: Mocha.Context): Promise<Sandbox> {
  try {
    const program = await compileCriuAgent();
    return await Sandbox.start({ program, userNamespace: process.getuid?.() !== 0 });
  } catch (error) {
    const isDefect = error instanceof CannotCompile && /^cc .*compile/.test(error.message);
    if (isDefect || !(error instanceof CannotCompile || error instanceof AgentError)) throw error;
    console.log(`      skipped: ${error.message}`);
    return test.skip();
  }
}

describe('The words of a request to a program', function () {
  this.timeout(300_000);

  let sandbox: Sandbox | undefined;

  before(async function () {
    sandbox = await startSandbox(this);
  });
  after(() => sandbox?.stop());

  async function start(pid: number, words: readonly string[]): Promise<void> {
    const env = { NAME: nameFor(words) };
    await startCommand(sandbox!, { name: 'subject', pid, inner: false, folder: '/', env, words });
  }

  it('arrive in argv as they are written, each and in their order', async () => {
    let pid = 1000;
    await fc.assert(
      fc.asyncProperty(words, async (list) => {
        const command = ['sh', '-c', 'kill -STOP $$', ...list];
        await start(++pid, command);
        assert.deepEqual(await readArguments(sandbox!, pid, command.length), command);
        const environment = (await readFile(sandbox!.inside(`/proc/${pid}/environ`), 'utf8')).split('\0');
        assert.ok(environment.includes(`NAME=${nameFor(command)}`));
        await sandbox!.do('sweep', { helpers: true });
      }),
      { numRuns: 60 },
    );
  });

  it('arrive also when they are as long as Linux takes them', async () => {
    const command = ['sh', '-c', 'kill -STOP $$', 'x'.repeat(131_071), '\u3000'.repeat(43_690)];
    await start(900, command);
    assert.deepEqual(await readArguments(sandbox!, 900, command.length), command);
    await sandbox!.do('sweep', { helpers: true });
  });

  it('leave a name of a process as it is: its bytes, whatever they are', async () => {
    // 15 bytes at most. The last of them: a character that is cut, a byte that is in no UTF-8, an overlong NUL, a surrogate.
    const names = [' a b', '"\\"', '\\n', '\n', '\u3000\u3000', '\t'].map((name) => Buffer.from(name, 'utf8'));
    names.push(...['e380', 'ff41', 'c080', 'eda080', 'f4908080'].map((bytes) => Buffer.from(bytes, 'hex')));
    let pid = 3000;
    for (const name of names) {
      const octal = [...name].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
      const words = ['sh', '-c', `printf '${octal}' > /proc/$$/comm; kill -STOP $$`];
      await startCommand(sandbox!, { name: 'subject', pid: ++pid, inner: false, folder: '/', env: {}, words });
      const seen = await stopped(sandbox!, pid);
      assert.deepEqual(toBytes(seen.name), name);
    }
    await sandbox!.do('sweep', { helpers: true });
  });
});

/** The value of a variable for a test of these words: the last of them, unless it is very long. */
function nameFor(words: readonly string[]): string {
  const last = words.at(-1)!;
  return last.length > 1000 ? 'long' : last;
}

/** The argv of a program that is being started, once it has one of its own: one with this number of words. */
async function readArguments(sandbox: Sandbox, pid: number, length: number): Promise<string[]> {
  for (;;) {
    const bytes = await readFile(sandbox.inside(`/proc/${pid}/cmdline`));
    const argv = bytes.toString('utf8').split('\0').slice(0, -1);
    if (argv.length === length && argv[0] === 'sh') return argv;
    assert.notEqual(await sandbox.do('busy'), -1);
  }
}

/** A task once it has stopped itself. */
async function stopped(sandbox: Sandbox, pid: number): Promise<Seen> {
  for (;;) {
    const seen = (await look(sandbox)).find(({ id }) => id === pid);
    if (seen?.state === 'T') return seen;
  }
}

/** The bytes of a text of the agent: see put_string in src/backends/agent/c/text.h. */
function toBytes(text: string): Buffer {
  const characters = [...text].map((character) => {
    const code = character.codePointAt(0)!;
    return code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character, 'utf8');
  });
  return Buffer.concat(characters);
}

describe('The processes of the agent itself', function () {
  this.timeout(300_000);

  it('are no tasks of the tree, however many they are', async function () {
    const sandbox = await startSandbox(this);
    try {
      const taken = 4200;
      for (let pid = 1000; pid < 1000 + taken; pid++) assert.equal(await sandbox.do('take', { pid }), pid);
      const roles = (await look(sandbox)).map(({ role }) => role);
      assert.ok(
        !roles.includes('tree'),
        `${roles.filter((role) => role === 'tree').length} count as tasks of the tree`,
      );
    } finally {
      await sandbox.stop();
    }
  });
});
