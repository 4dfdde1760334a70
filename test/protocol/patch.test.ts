import assert from 'node:assert/strict';
import { applyPatch, parsePatch } from '../../src/protocol/patch.ts';
import { sources } from '../../src/protocol/source.ts';
import { PROTOCOLS, protocolNamed } from '../../src/protocol/stacks.ts';

describe('a patch of the protocol', () => {
  it('is refused where none of its hunks applies', () => {
    const patch = parsePatch(
      'idle',
      'Changes nothing.\n\n@@ do_restart() @@ with zombies\n-  return ret;\n+  return 0;\n',
    );
    assert.throws(() => applyPatch(sources(), patch, ['ghosts']), /idle changes nothing/);
  });

  it('makes a protocol that differs from all others', () => {
    const names = new Map<string, string>();
    for (const name of PROTOCOLS) {
      const text = JSON.stringify(protocolNamed(name)!.files());
      assert.equal(names.get(text), undefined, name);
      names.set(text, name);
    }
  });
});
