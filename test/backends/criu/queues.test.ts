/** What waits in an inotify or in a UDP socket is seen; CRIU drops it, as it says, which is no violation. */
import assert from 'node:assert/strict';
import type { Verdict } from '../../../src/record/verdict.ts';
import { passes, useCriu, verdictOn } from './programs.ts';

function runs(script: string): string {
  return `command: [python3, -c, ${JSON.stringify(`${script}\nopen('ready','w').close()\ntime.sleep(1000)`)}]\nready: { file: ready }\n`;
}

const UNREAD = runs(`import ctypes,time
c = ctypes.CDLL(None)
c.inotify_add_watch(c.inotify_init(), b'.', 0x100)
open('seen','w').close()`);
const WAITING = runs(`import socket,time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('127.0.0.1', 8126))
s.sendto(b'hello', s.getsockname())`);

const CONNECTED = runs(`import socket,time
l = socket.socket(); l.bind(('127.0.0.1', 8127)); l.listen()
a = socket.create_connection(('127.0.0.1', 8127)); b, _ = l.accept()
a.send(b'hello'); b.send(b'good evening')`);

/** A fact of the program as it was dumped, and as it was restored. */
function bothTimes({ record }: Verdict, name: string): (string | undefined)[] {
  const { before, restored } = record!.criu!;
  return [before, restored!].map(({ tasks }) => tasks[0]!.heldFacts![name] as string | undefined);
}

describe('What waits to be read in a program', function () {
  this.timeout(60_000);
  this.slow(5_000);
  const usual = useCriu();
  // 4.1.1 asks UDP sockets for an option that newer kernels refuse.
  const later = useCriu('4.2.1');

  it('is seen as unread events of an inotify, which are dropped', async () => {
    const [before, after] = bothTimes(await passes(usual(), UNREAD), 'unread events of open file 3');
    // Of the files `seen` and `ready`.
    assert.match(before!, /^[1-9]\d* bytes of events$/);
    assert.equal(after, '0 bytes of events');
  });

  it('is seen as datagrams of a UDP socket, which are dropped', async () => {
    const [before, after] = bothTimes(await passes(later(), WAITING), 'datagrams of open file 3');
    assert.match(before!, /^5 bytes, checksum [0-9a-f]+ of datagrams$/);
    assert.equal(after, 'no bytes of datagrams');
  });

  it('is compared where it has arrived at an end of a TCP connection', async () => {
    await passes(later(), CONNECTED);
    const { violations } = await verdictOn(later(), CONNECTED, 'criu: { options: { tcp-close: true } }\n');
    const [lost] = violations.filter(({ property }) => property === 'restored-tree-matches-dump');
    assert.match(
      lost!.message,
      /arrived bytes of open file 4 12 bytes, checksum [0-9a-f]+ of a connection, then no bytes/,
    );
  });
});
