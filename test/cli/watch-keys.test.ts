/** The keys of `run --watch`. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { type Input, readKeys } from '../../src/cli/watch/keys.ts';

describe('a key of run --watch', () => {
  const modes: boolean[] = [];
  const terminal = () =>
    Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => void modes.push(raw) });

  it('asks for a run; what is pressed during a run is done after it', async () => {
    const input = terminal();
    const keys = readKeys(input as unknown as Input, () => {});
    input.write('xaf\rq');
    const kinds = [];
    for (let i = 0; i < 4; i++) kinds.push((await keys.next()).kind);
    assert.deepEqual(kinds, ['all', 'failed', 'again', 'quit']);
    keys.close();
    assert.deepEqual(modes.splice(0), [true, false]);
  });

  it('begins a line, in which keys are letters; escape leaves it', async () => {
    const input = terminal();
    let shown = '';
    const keys = readKeys(input as unknown as Input, (text) => {
      shown += text;
    });
    input.write('tfaxb\u007f\r');
    assert.deepEqual(await keys.next(), { kind: 'title', pattern: 'fax' });
    assert.match(shown, /fax/);
    input.write('tno');
    await new Promise((resolve) => setImmediate(resolve));
    input.write('\u001b');
    // A single escape differs from a sequence by the time without a further character.
    await new Promise((resolve) => setTimeout(resolve, 600));
    input.write('a');
    assert.equal((await keys.next()).kind, 'all');
    keys.close();
  });

  it('is not read where there is no terminal', () => {
    const input = Object.assign(new PassThrough(), { isTTY: false });
    readKeys(input as unknown as Input, () => {}).close();
    assert.equal(input.listenerCount('keypress'), 0);
  });
});
