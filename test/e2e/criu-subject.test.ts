/** A program of the user's runs on while it is dumped and restored: what it does is no violation, what CRIU does is. */
import assert from 'node:assert/strict';
import { passes, useCriu, verdictOn } from '../backends/criu/programs.ts';

describe('A real program that CRIU dumps and restores', function () {
  this.timeout(300_000);
  this.slow(5_000);
  const backend = useCriu();

  describe('is dumped when it is ready:', () => {
    const python = (code: string) =>
      `command: [python3, -c, ${JSON.stringify(`${code}\nimport time\ntime.sleep(100)`)}]`;
    const late = 'import time, socket\ntime.sleep(0.5)\n';
    it('a text is in its output', async () => {
      await passes(
        backend(),
        'command: [sh, -c, "sleep 0.3; echo I am ready; exec sleep 100"]\nready: { output: am ready }',
      );
      await passes(
        backend(),
        'command: [sh, -c, "sleep 0.3; echo I am ready >&2; exec sleep 100"]\nready: { output: am ready }',
      );
    });
    it('a unix socket accepts', async () => {
      for (const [type, address] of [
        ['SOCK_STREAM', 'x.sock'],
        ['SOCK_DGRAM', 'x.sock'],
        ['SOCK_STREAM', '\\0name'],
      ]) {
        const listen = type === 'SOCK_STREAM' ? 's.listen()' : '';
        await passes(
          backend(),
          `${python(`${late}s = socket.socket(socket.AF_UNIX, socket.${type})\ns.bind(${`'${address}'`})\n${listen}`)}\nready: { socket: "${address!.replace('\\0', '@')}" }`,
        );
      }
    });
    it('a port listens, whatever CRIU makes of inet sockets', async () => {
      for (const [type, sign] of [
        ['SOCK_STREAM', 'port'],
        ['SOCK_DGRAM', 'udp-port'],
      ]) {
        const listen = type === 'SOCK_STREAM' ? 's.listen()' : '';
        const { status, reason } = await verdictOn(
          backend(),
          `${python(`${late}s = socket.socket(socket.AF_INET, socket.${type})\ns.bind(('127.0.0.1', 18123))\n${listen}`)}\nready: { ${sign}: 18123 }`,
        );
        assert.notEqual(status, 'error', reason);
      }
    });
  });

  it('is not blamed for living, in both kinds of namespaces', async () => {
    for (const namespace of ['host', 'own']) {
      for (let i = 0; i < 3; i++) {
        await passes(
          backend(),
          'command: [sh, -c, "while :; do sleep 0.01; done"]',
          `criu: { namespace: ${namespace} }\nexpect: { coordinator: ok }\n`,
        );
      }
    }
  });

  it('is not blamed for living when a dump or a restore fails', async () => {
    for (const stage of ['post-dump', 'post-restore']) {
      await passes(
        backend(),
        'command: [sh, -c, "while :; do sleep 0.01; done"]',
        `criu: { script-fails: ${stage} }\nexpect: { coordinator: failed }\n`,
      );
    }
  });

  it('keeps what it wrote, and goes on to write after the restore', async () => {
    const { record } = await passes(
      backend(),
      'command: [sh, -c, "i=0; while :; do i=$((i + 1)); echo line $i; sleep 0.01; done"]',
      'check: [sh, -c, "a=$(wc -c < ../subject.stdout); sleep 0.2; test $(wc -c < ../subject.stdout) -gt $a"]\nexpect: { coordinator: ok }\n',
    );
    assert.match(record?.criu?.subject?.output.stdout ?? '', /^line \d+\nline/);
    assert.ok(record?.criu?.before.held && record.criu.restored?.held);
  });

  it('may write without end', async () => {
    const { record } = await passes(backend(), 'command: ["yes"]');
    assert.ok((record?.criu?.subject?.output.stdout.length ?? 0) <= 4096);
  });

  it('is judged by how it ends after the restore', async () => {
    // The log of a restore is there when CRIU begins it.
    const ends = (status: number) =>
      `command: [sh, -c, "until test -e ../restore.log; do sleep 0.05; done; exit ${status}"]\nexit-code: 4`;
    await passes(backend(), ends(4));
    const { violations } = await verdictOn(backend(), ends(5));
    assert.deepEqual(
      violations.map(({ property }) => property),
      ['restored-program-runs'],
    );
  });

  it('is judged by the check, also when that hangs or is missing', async () => {
    const hangs = await verdictOn(backend(), 'command: [sleep, 100]', 'check: [sleep, 100]\ncriu: { limit: 2000 }\n');
    assert.match(hangs.violations[0]?.message ?? '', /2000 ms/);
    const missing = await verdictOn(backend(), 'command: [sleep, 100]', 'check: [no-such-program]\n');
    assert.deepEqual([missing.status, missing.badInput], ['error', true]);
  });
});
