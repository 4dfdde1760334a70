/** Agents that do not answer as they should: an error in words, never a hang and never an exception of ours. */
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { BadAnswer, MAX_ANSWER_BYTES } from '../../../src/backends/agent/answer.ts';
import { Sandbox } from '../../../src/backends/criu/sandbox.ts';
import { NativeAgent } from '../../../src/backends/native/agent.ts';
import { isDefect } from '../../support/defect.ts';
import { type Folder, temporaryFolder } from '../../support/folder.ts';
import { mktrouble } from '../../support/program.ts';

/** A shell script that begins as an agent does, and answers each request, of one line, with this. */
function script(answer: string): string {
  return [
    '#!/bin/sh',
    `frame() { printf '%s\\n%s' "\${#1}" "$1"; }`,
    `frame '{"event":"init","pid":1}'; frame '{"event":"ready","kinds":[]}'`,
    `while read -r length && read -r line; do\n${answer}\ndone\n`,
  ].join('\n');
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

  for (const [what, answer, shown] of [
    ['no length', "printf 'hello\\n'", /length/],
    ['a line without an end', 'yes | tr -d "\\n"', /length/],
    ['a negative length', "printf -- '-1\\nx'", /length/],
    ['too many bytes', `printf '${MAX_ANSWER_BYTES + 1}\\nx'`, /bytes/],
    ['a part of its answer, and waits', "printf '100\\n{'", /cut/],
    ['a part of its answer, and ends', "printf '100\\n{'; exit 0", /ended with 0/],
    ['no JSON', "frame 'hello'", /JSON/],
    ['a number', 'frame 7', /expected/],
    ['nothing', "frame ''", /JSON/],
    ['another answer', `frame '{"dune":7}'`, /done/],
    ['a value of another kind', `frame '{"done":"seven"}'`, /done/],
    ['an unknown event', `frame '{"event":"party"}'`, /event/],
    ['an event without its parts', `frame '{"event":"ended","status":0}'`, /us/],
    ['two answers', `frame '{"done":1}'; frame '{"done":2}'`, /nothing was asked/],
  ] as const) {
    it(`gives ${what}`, async () => {
      write(script(answer));
      const sandbox = await Sandbox.start({ program, userNamespace: false, silence: 200 });
      const asked = async () => {
        for (;;) await Promise.race([sandbox.do('busy'), sandbox.gone]);
      };
      await assert.rejects(asked(), (error: Error) => {
        assert.match(error.message, shown);
        return !isDefect(error);
      });
      await sandbox.stop();
    });
  }

  it('says that it is ready before its init is known, and is asked when both are', async () => {
    const [init, ready] = ['{"event":"init","pid":7}', '{"event":"ready","kinds":[]}'];
    write(
      script('').replace(
        `frame '${init.replace('7', '1')}'; frame '${ready}'`,
        `frame '${ready}'; sleep 0.1; frame '${init}'`,
      ),
    );
    const sandbox = await Sandbox.start({ program, userNamespace: false });
    assert.equal(sandbox.init, 7);
    await sandbox.stop();
  });

  it('gives a native backend an event that it does not know', async () => {
    write(script(`frame '{"event":"party"}'`));
    const agent = await NativeAgent.start({ program, userNamespace: false, silence: 200 });
    await assert.rejects(agent.run('plan'), BadAnswer);
    await agent.stop();
  });

  it('gives a native backend a kind of event that it does not know, or with other values', async () => {
    for (const kind of ['{"kind":"party","values":[]}', '{"kind":"fork","values":["inherits","child"]}']) {
      write(script('').replace('"kinds":[]', `"kinds":[${kind}]`));
      await assert.rejects(NativeAgent.start({ program, userNamespace: false, silence: 200 }), BadAnswer);
    }
  });

  it('rejects every pending wait', async () => {
    write(script("frame '{}'"));
    const sandbox = await Sandbox.start({ program, userNamespace: false });
    const answers = await Promise.allSettled([sandbox.do('busy'), sandbox.ask('busy', z.object({ a: z.string() }))]);
    for (const answer of answers) assert.ok(answer.status === 'rejected' && answer.reason instanceof BadAnswer);
    await sandbox.stop();
  });

  it('ends a run with exit code 3 and the defect of the answer', async function () {
    this.timeout(60_000);
    this.slow(10_000);
    // In place of the C compiler a script that makes such an agent.
    const agent = script("printf '3\\n{]}'");
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
