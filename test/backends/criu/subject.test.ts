/** A program of the user's: its environment, and the message when it cannot be started. */
import assert from 'node:assert/strict';
import { passes, useCriu, verdictOn } from './programs.ts';

describe('The subject of a scenario', function () {
  this.timeout(300_000);
  this.slow(5_000);
  const backend = useCriu();

  describe('is bad input, reported with its exit status and output,', () => {
    for (const [what, subject, ...shown] of [
      ['when it cannot be started', 'command: [no-such-program, --serve]', /cannot be started.*ENOENT/],
      ['when a shell cannot start it', 'command: [sh, -c, "no-such-program --serve"]', /exit status 127/, /not found/],
      ['when it has ended', 'command: [sh, -c, "echo oh dear >&2; exit 3"]', /exit status 3/, /oh dear/],
      ['when it was killed', 'command: [sh, -c, "kill -SEGV $$"]', /SIGSEGV/],
      ['when it goes to the background', 'command: [sh, -c, "sleep 100 &"]', /exit status 0/, /daemon/],
      ['when its folder does not exist', 'command: [sh]\ncwd: /no/such', /working folder \/no\/such.*ENOENT/],
      [
        'when it is not ready in time',
        'command: [sh, -c, "echo waiting; exec sleep 100"]\nready: { port: 8123, timeout: 300 }',
        /not ready after 300 ms: waited for TCP port 8123/,
        /waiting/,
      ],
      [
        'when its load cannot be started',
        'command: [sleep, 100]\nload: { command: [no-such-program], ready: { file: x } }',
        /the load cannot be started.*ENOENT/,
      ],
      [
        'when its load ends before it is at work',
        'command: [sleep, 100]\nload: { command: [sh, -c, "echo no server; exit 4"], ready: { output: at work } }',
        /the load ended with exit status 4.*waited for "at work"/,
        /no server/,
      ],
      [
        'when its load has ended before the dump',
        'command: [sleep, 100]\nload: { command: [sh, -c, "echo > x"], ready: { file: x } }',
        /the load ended with exit status 0 before/,
      ],
      [
        'when it ends while it is waited for',
        'command: [sh, -c, "sleep 0.2; exit 4"]\nready: { file: x }',
        /exit status 4.*waited for the file x/,
      ],
    ] as const) {
      it(what, async () => {
        const { status, badInput, reason } = await verdictOn(backend(), subject);
        assert.deepEqual([status, badInput], ['error', true], reason);
        for (const one of shown) assert.match(reason ?? '', one);
      });
    }
  });

  it('is skipped with what it writes when it exits with 77', async () => {
    for (const ready of ['', 'ready: { file: x }']) {
      const { status, reason, badInput } = await verdictOn(
        backend(),
        `command: [sh, -c, "echo no such thing here; exit 77"]\n${ready}`,
      );
      assert.deepEqual([status, reason, badInput], ['skip', 'no such thing here', undefined]);
    }
  });

  it('has its files, environment, folder and arguments as they are written', async () => {
    const script = [
      'test "$#" = 3 && test "$1" = "" && test "$2" = 0755 && test "$3" = "a',
      'b" || exit 1',
      'test "$(pwd)" = /run/mktrouble/case/data || exit 2',
      'test "$A" = 0x10 && test -z "$HOME" || exit 3',
      'test "$(cat ../site/index.html)" = hello || exit 4',
      'echo > ready; while :; do sleep 1; done',
    ].join('\n');
    await passes(
      backend(),
      `command: [../run, "", 0755, "a\\nb"]\ncwd: data\nenv: { A: 0x10 }\nready: { file: ready }
files: { "site/index.html": hello, run: { text: ${JSON.stringify(`#!/bin/sh\n${script}`)}, mode: "0755" } }`,
    );
  });

  it('has its load beside it from before the dump until after the check, and the load is not of the tree', async () => {
    const { record } = await passes(
      backend(),
      `command: [sh, -c, "echo up; exec sleep 100"]\nenv: { A: b }\nready: { output: up }
load:
  command: [sh, -c, "test $A = b || exit 1; while :; do echo . >> answers; sleep 0.01; done"]
  ready: { file: answers }`,
      'check: [sh, -c, "a=$(wc -c < answers); until test $(wc -c < answers) -gt $a; do sleep 0.01; done"]\nexpect: { coordinator: ok }\n',
    );
    for (const census of [record?.criu?.before, record?.criu?.afterRestore]) {
      assert.deepEqual(
        census?.tasks.map(({ pid }) => pid),
        [100],
      );
    }
    assert.deepEqual(record?.criu?.afterDump.tasks, []);
  });

  it('is judged by the check, which is reported with its output', async () => {
    await passes(backend(), 'command: [sleep, 100]\nenv: { A: b }', 'check: [sh, -c, "test $A = b && pidof sleep"]\n');
    const { violations } = await verdictOn(
      backend(),
      'command: [sleep, 100]',
      'check: [sh, -c, "echo it broke; exit 3"]\n',
    );
    assert.equal(violations.length, 1);
    assert.equal(violations[0]?.property, 'check-succeeds');
    assert.match(violations[0]?.message ?? '', /exit status 3[\s\S]*it broke/);
  });
});
