/** Requests: a line for each thing, whatever its values are. That they arrive is in test/backends/criu/program.test.ts. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { frame, line } from '../../../src/backends/agent/request.ts';

const text = fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', ''));

describe('A request', () => {
  it('has its fields by name, and no space or line end in a value', () => {
    fc.assert(
      fc.property(text, fc.integer(), (word, number) => {
        const written = line('kill', { word, number });
        const [, first, second] = /^kill word=([\w%./:=,+@-]*) number=(-?\d+)$/.exec(written) ?? [];
        assert.equal(decodeURIComponent(first!), word);
        assert.equal(Number(second), number);
      }),
    );
  });

  it('leaves out what is not so, and has no value but yes for what is', () => {
    assert.equal(line('task', { zombie: true, stopped: false, inner: undefined, pid: 0 }), 'task zombie=yes pid=0');
  });

  it('is sent with its length in bytes', () => {
    fc.assert(
      fc.property(text, (value) => {
        const framed = frame(line('arg', { value }));
        const [head] = framed.split('\n');
        assert.equal(Buffer.byteLength(framed), head!.length + 1 + Number(head));
        assert.ok(framed.endsWith('\n'));
      }),
    );
  });
});
