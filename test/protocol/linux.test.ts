/** The declarations in src/protocol/linux.ts, which types the protocol's sources, against the functions that they declare. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { protocolText } from '../../src/backends/simulated/compile/source.ts';
import { protocolNamed } from '../../src/protocol/stacks.ts';

const FILE = new URL('../../src/protocol/linux.ts', import.meta.url);
const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor;

/** Words of a declared parameter once it is translated: an address is an object and a field, a condition has two values. */
function countWords(parameter: string): number {
  if (/: (lock_t|completion|wait_queue_head_t|file)$|^field: /.test(parameter)) return 2;
  return parameter === 'condition: unknown' ? 3 : 1;
}

/** Translated to a read or a write of the memory itself. */
const INLINE = new Set(['peek']);

describe('the declarations of the kernel', () => {
  const { kernel } = protocolText(protocolNamed('series')!);
  const text = readFileSync(FILE, 'utf8');
  const declared = [...text.matchAll(/^export declare function (\w+)(?:<T>)?\(([^;]*)\): ([^;]+);/gm)];

  it('agree with its functions: names, steps, and numbers of parameters', () => {
    assert.ok(declared.length > 80);
    for (const [, name, parameters, result] of declared) {
      if (INLINE.has(name!)) continue;
      const real = kernel.get(name!) as ((...args: unknown[]) => unknown) | undefined;
      assert.ok(real, `there is no ${name}()`);
      assert.equal(
        real instanceof GeneratorFunction,
        /^Steps\b/.test(result!),
        `${name}() has steps and returns Steps`,
      );
      const list = parameters!.split(/,\s*(?![^()]*\))/).map((one) => one.trim().replace(/,$/, ''));
      const words = list.filter(Boolean).reduce((sum, one) => sum + countWords(one), 0);
      const current = /^function\*? ?\w+\(current\b/.test(String(real)) ? 1 : 0;
      assert.equal(real.length, words + current, `${name}(${parameters})`);
    }
  });
});
