/** What a call of CRIU that is killed leaves around a tree is found, by kind; 4.2.1 can dump TCP connections on any kernel. */
import assert from 'node:assert/strict';
import type { CriuChange } from '../../../src/record/criu.ts';
import { useCriu, verdictOn } from './programs.ts';

/** A connection to itself. */
const CONNECTED = `command: [python3, -c, "import socket,time\\ns=socket.create_server(('127.0.0.1',8125))\\nc=socket.create_connection(('127.0.0.1',8125))\\nd,_=s.accept()\\nopen('ready','w').close()\\ntime.sleep(1000)"]
ready: { file: ready }`;

function killedAt(stage: string): string {
  return `faults: [{ kill: coordinator, when: { criu: ${stage} } }]\nexpect: { coordinator: killed }\n`;
}

/** The kinds of things that were added. */
function addedKinds(changes: readonly CriuChange[] = []): string[] {
  return changes.filter(({ added }) => added.length > 0).map(({ kind }) => kind);
}

describe('The surroundings of a program with a TCP connection', function () {
  this.timeout(300_000);
  this.slow(5_000);
  const backend = useCriu('4.2.1');

  it('are as before after a dump and a restore', async () => {
    const { status, violations } = await verdictOn(backend(), CONNECTED, 'expect: { coordinator: ok }\n');
    assert.equal(status, 'pass', JSON.stringify(violations));
  });

  it('are as before after a dump that fails', async () => {
    const more = 'criu: { script-fails: post-dump }\nexpect: { coordinator: failed }\n';
    const { status, violations } = await verdictOn(backend(), CONNECTED, more);
    assert.equal(status, 'pass', JSON.stringify(violations));
  });

  it('have rules of the packet filter and sockets in repair mode after a dump that is killed', async () => {
    const { violations, record } = await verdictOn(backend(), CONNECTED, killedAt('post-dump'));
    assert.ok(violations.some(({ property }) => property === 'failed-dump-leaves-nothing-behind'));
    const kinds = addedKinds(record?.criu?.surroundings?.dump);
    assert.deepEqual(kinds.sort(), ['TCP sockets in repair mode', 'packet filter rules']);
  });

  it('have sockets in repair mode after a restore that is killed', async () => {
    const { violations, record } = await verdictOn(backend(), CONNECTED, killedAt('post-restore'));
    assert.ok(violations.some(({ property }) => property === 'failed-restore-leaves-nothing-behind'));
    assert.ok(addedKinds(record?.criu?.surroundings?.restore).includes('TCP sockets in repair mode'));
  });
});
