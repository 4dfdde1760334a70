/** Agents that do not answer as they should: an error in words, never a hang and never an exception of ours. */
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { Stage } from '../../../src/backends/criu/stage.ts';
import { BadAnswer, MAX_ANSWER_BYTES } from '../../../src/backends/host/answer.ts';
import { Agent } from '../../../src/backends/native/agent.ts';
import { isDefect } from '../../support/defect.ts';
import { type Folder, temporaryFolder } from '../../support/folder.ts';
import { mktrouble } from '../../support/program.ts';

/** A shell script that begins as an agent does, and answers each line that it reads with this. */
function script(begin: string, answer: string): string {
  return `#!/bin/sh\n${begin}\nwhile read -r line; do\n${answer}\ndone\n`;
}

describe('An agent that does not answer as it should', () => {
  let folder: Folder;
  let program: string;
  beforeEach(() => {
    folder = temporaryFolder();
    program = path.join(folder.path, 'agent');
  });
  afterEach(() => folder.remove());

  function write(text: string): void {
    folder.write('agent', text);
    chmodSync(program, 0o700);
  }

  describe('of the native backend', () => {
    const begin = "printf '0\\n'";
    for (const [what, answer, told] of [
      ['no length', "printf 'hello\\n'", /length/],
      ['a line without an end', 'yes | tr -d "\\n"', /length/],
      ['a negative length', "printf -- '-1\\nx'", /length/],
      ['too many bytes', `printf '${MAX_ANSWER_BYTES + 1}\\nx'`, /bytes/],
      ['a part of its answer, and waits', "printf '100\\n{'", /cut/],
      ['a part of its answer, and ends', "printf '100\\n{'; exit 0", /ended with 0/],
    ] as const) {
      it(`gives ${what}`, async () => {
        write(script(begin, answer));
        const agent = await Agent.start({ program, userNamespace: false, silence: 200 });
        await assert.rejects(agent.run('x\n'), (error: Error) => {
          assert.match(error.message, told);
          return !isDefect(error);
        });
        await agent.stop();
      });
    }
  });

  describe('of the CRIU backend', () => {
    const begin = `printf '{"event":"init","pid":1}\\n{"event":"ready"}\\n'`;
    for (const [what, answer, told] of [
      ['no JSON', "echo 'hello'", /JSON/],
      ['a number', 'echo 7', /expected/],
      ['another answer', `echo '{"dune":7}'`, /done/],
      ['a value of another kind', `echo '{"done":"seven"}'`, /done/],
      ['an unknown event', `echo '{"event":"party"}'`, /event/],
      ['an event without its parts', `echo '{"event":"ended","status":0}'`, /us/],
      ['two answers', `printf '{"done":1}\\n{"done":2}\\n'`, /nothing was asked/],
      ['a part of its answer, and waits', `printf '{"do'`, /cut/],
      ['a part of its answer, and ends', `printf '{"do'; exit 0`, /ended with 0/],
    ] as const) {
      it(`gives ${what}`, async () => {
        write(script(begin, answer));
        const stage = await Stage.start({ program, userNamespace: false, silence: 200 });
        const asked = async () => {
          for (;;) await Promise.race([stage.do('busy'), stage.gone]);
        };
        await assert.rejects(asked(), (error: Error) => {
          assert.match(error.message, told);
          return !isDefect(error);
        });
        await stage.stop();
      });
    }

    it('rejects every pending wait', async () => {
      write(script(begin, 'echo "{}"'));
      const stage = await Stage.start({ program, userNamespace: false });
      const answers = await Promise.allSettled([stage.do('busy'), stage.ask('busy', z.object({ a: z.string() }))]);
      for (const answer of answers) assert.ok(answer.status === 'rejected' && answer.reason instanceof BadAnswer);
      await stage.stop();
    });
  });

  it('ends a run with exit code 3 and the defect of the answer', async function () {
    this.timeout(60_000);
    this.slow(10_000);
    // In place of the C compiler a script that makes such an agent.
    const agent = script("printf '0\\n'", "printf '3\\n{]}'");
    folder.write(
      'bin/cc',
      `#!/bin/sh\ncase "$*" in *-MM*) echo unit:; exit;; esac\nwhile [ "$1" != -o ]; do shift; done\ncat > "$2" << 'END'\n${agent}END\nchmod 700 "$2"\n`,
    );
    chmodSync(path.join(folder.path, 'bin/cc'), 0o700);
    folder.write('a.yaml', 'scenario: A\ntree: { pid: 100 }\n');
    const { code, stdout, stderr } = await mktrouble(['run', path.join(folder.path, 'a.yaml'), '-b', 'native'], {
      cwd: folder.path,
      env: { PATH: `${folder.path}/bin:${process.env['PATH']}`, MKTROUBLE_CACHE: path.join(folder.path, 'cache') },
    });
    assert.equal(code, 3, stdout + stderr);
    assert.match(stdout + stderr, /agent's answer is not understood/);
    assert.doesNotMatch(stdout + stderr, /TypeError|\n\s+at /);
  });
});
