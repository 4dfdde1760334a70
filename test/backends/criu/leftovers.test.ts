/** What a call of CRIU that is killed leaves around a tree is found, by kind; 4.2.1 can dump TCP connections on any kernel. */
import assert from 'node:assert/strict';
import type { CriuChange } from '../../../src/record/criu.ts';
import { passes, useCriu, verdictOn } from './programs.ts';

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

describe('The network of a tree that has its own', function () {
  this.timeout(60_000);
  this.slow(5_000);
  const backend = useCriu();
  const NETWORK = 'command: [unshare, --net, sleep, "1000"]';
  const RULE = /^in the tree's own network, table /;

  it('is locked and let go, which are stages of a dump and of a restore', async () => {
    const { record } = await passes(backend(), NETWORK, 'criu: { script-fails: network-unlock }\n');
    const stages = record!.criu!.stages.filter((stage) => /dump|restore|network/.test(stage));
    assert.deepEqual(stages, [
      'pre-dump',
      'network-lock',
      'post-dump',
      'pre-restore',
      'post-restore',
      'network-unlock',
    ]);
  });

  it('is as before after a dump that fails, which lets it go too; that is no stage of the dump', async () => {
    const more = 'criu: { script-fails: post-dump }\nexpect: { coordinator: failed }\n';
    const { record } = await passes(backend(), NETWORK, more);
    assert.deepEqual(record!.criu!.stages, ['pre-dump', 'network-lock', 'post-dump']);
  });

  it('has rules of the packet filter after a dump that is killed', async () => {
    const { violations, record } = await verdictOn(backend(), NETWORK, killedAt('post-dump'));
    assert.deepEqual(
      violations.map(({ property }) => property),
      ['failed-dump-leaves-nothing-behind'],
    );
    const [changes, ...others] = record!.criu!.surroundings!.dump!;
    assert.equal(changes!.kind, 'packet filter rules');
    assert.ok(changes!.added.length > 0 && changes!.added.every((rule) => RULE.test(rule)), changes!.added.join('; '));
    assert.deepEqual(others, []);
  });
});
