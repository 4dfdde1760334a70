/** The words of a request reach the agent, and a program's argv, byte for byte. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { CannotCompile } from '../../../src/backends/c-program.ts';
import { startCommand } from '../../../src/backends/criu/command.ts';
import { compileAgent } from '../../../src/backends/criu/program.ts';
import { Stage, StageError } from '../../../src/backends/criu/stage.ts';
import { encodeWords } from '../../../src/backends/criu/words.ts';

/** Any text without a NUL, in well-formed Unicode: all that can be in argv and in a scenario. */
const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('', ' ', '\n', '\r', '%', '%%', '%41', '%e', '\u00a0', '\u3000', '\u2028', '\ud83d\ude00', '-', '0'),
);
const words = fc.oneof(
  { weight: 8, arbitrary: fc.array(word, { maxLength: 12 }) },
  { weight: 1, arbitrary: fc.array(word, { minLength: 90, maxLength: 400 }) },
);

describe('The words of a request', function () {
  this.timeout(300_000);

  it('have no space, no line end, and a place for an empty one', () => {
    fc.assert(
      fc.property(words, (list) => {
        const encoded = encodeWords(list);
        assert.match(encoded, /^[\w%./:=,+@ -]*$/);
        const decoded = encoded.split(' ').map((one) => decodeURIComponent(one));
        assert.deepEqual(decoded, list.length === 0 ? [''] : list);
      }),
    );
  });

  describe('to a program', () => {
    let stage: Stage | undefined;

    before(async function () {
      try {
        const program = await compileAgent();
        stage = await Stage.start({ program, userNamespace: process.getuid?.() !== 0 });
      } catch (error) {
        const isDefect = error instanceof CannotCompile && /^cc .*compile/.test(error.message);
        if (isDefect || !(error instanceof CannotCompile || error instanceof StageError)) throw error;
        console.log(`      skipped: ${error.message}`);
        this.skip();
      }
    });
    after(() => stage?.stop());

    async function start(pid: number, words: readonly string[]): Promise<void> {
      const env = { NAME: nameFor(words) };
      await startCommand(stage!, { name: 'subject', pid, inner: false, folder: '/', env, words });
    }

    it('arrive in argv as they are written, each and in their order', async () => {
      let pid = 1000;
      await fc.assert(
        fc.asyncProperty(words, async (list) => {
          const command = ['sh', '-c', 'kill -STOP $$', ...list];
          await start(++pid, command);
          assert.deepEqual(await readArguments(stage!, pid, command.length), command);
          const environment = (await readFile(stage!.inside(`/proc/${pid}/environ`), 'utf8')).split('\0');
          assert.ok(environment.includes(`NAME=${nameFor(command)}`));
          await stage!.do('sweep 1');
        }),
        { numRuns: 60 },
      );
    });

    it('arrive also when they are as long as Linux takes them', async () => {
      const command = ['sh', '-c', 'kill -STOP $$', 'x'.repeat(131_071), '\u3000'.repeat(43_690)];
      await start(900, command);
      assert.deepEqual(await readArguments(stage!, 900, command.length), command);
      await stage!.do('sweep 1');
    });
  });
});

/** The value of a variable for a test of these words: the last of them, unless it is very long. */
function nameFor(words: readonly string[]): string {
  const last = words.at(-1)!;
  return last.length > 1000 ? 'long' : last;
}

/** The argv of a program that is being started, once it has one of its own: one with this number of words. */
async function readArguments(stage: Stage, pid: number, length: number): Promise<string[]> {
  for (;;) {
    const bytes = await readFile(stage.inside(`/proc/${pid}/cmdline`));
    const argv = bytes.toString('utf8').split('\0').slice(0, -1);
    if (argv.length === length && argv[0] === 'sh') return argv;
    assert.notEqual(await stage.do(`busy`), -1);
  }
}
