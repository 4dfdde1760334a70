/** What surrounds a tree: what a failed call leaves there is seen, and a call that cleans up leaves nothing. */
import assert from 'node:assert/strict';
import { compareSurroundings } from '../../../src/backends/criu/surroundings/index.ts';
import type { SurroundingsKind } from '../../../src/backends/criu/surroundings/kind.ts';
import { parseNft, parseSave } from '../../../src/backends/criu/surroundings/packet-filter.ts';

describe('rules of the packet filter', () => {
  it('are those of chains, without counters, hooks and empty chains', () => {
    const text = `table ip filter {
\tchain INPUT {
\t\ttype filter hook input priority filter; policy accept;
\t\tip saddr 127.0.0.1 meta mark != 0x0000c114 counter packets 7 bytes 420 drop
\t}

\tchain OUTPUT {
\t\ttype filter hook output priority filter; policy accept;
\t}
}
table inet CRIU-100 {
\tset conns-v4 {
\t\ttype ipv4_addr . inet_service
\t\telements = { 127.0.0.1 . 80 }
\t}
}
`;
    assert.deepEqual(parseNft(text), [
      'table ip filter, chain INPUT: ip saddr 127.0.0.1 meta mark != 0x0000c114 drop',
      'table inet CRIU-100, set conns-v4: type ipv4_addr . inet_service',
      'table inet CRIU-100, set conns-v4: elements = { 127.0.0.1 . 80 }',
    ]);
    assert.deepEqual(parseSave('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 127.0.0.1/32 -j DROP\nCOMMIT\n'), [
      '-A INPUT -s 127.0.0.1/32 -j DROP',
    ]);
  });
});

describe('surroundings', () => {
  const steady: SurroundingsKind = {
    name: 'mounts',
    ofPrograms: false,
    mayBeOfProgram: () => false,
    read: async () => [],
  };
  const busy: SurroundingsKind = { ...steady, name: 'files', mayBeOfProgram: (file) => file !== 'c' };

  it('differ by what is there more often, or less', () => {
    const before = new Map([[steady, ['a', 'b', 'b']]]);
    assert.deepEqual(compareSurroundings(before, new Map([[steady, ['b', 'c', 'b', 'b']]]), true), [
      { kind: 'mounts', added: ['c', 'b'], removed: ['a'] },
    ]);
    assert.deepEqual(compareSurroundings(before, new Map([[steady, ['b', 'a', 'b']]]), true), []);
  });

  it('are compared by what a program changes itself only where it did not run', () => {
    const before = new Map([[busy, ['a']]]);
    const after = new Map([[busy, ['b', 'c']]]);
    assert.deepEqual(compareSurroundings(before, after, true), [{ kind: 'files', added: ['b', 'c'], removed: ['a'] }]);
    assert.deepEqual(compareSurroundings(before, after, false), [{ kind: 'files', added: ['c'], removed: [] }]);
  });
});
