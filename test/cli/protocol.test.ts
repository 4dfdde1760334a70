import assert from 'node:assert/strict';
import { applyPatch, parsePatch } from 'diff';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { diffProtocols } from '../../src/protocol/diff.ts';
import { patchNamed } from '../../src/protocol/patch.ts';
import { join } from '../../src/protocol/source.ts';
import { PROTOCOLS, protocolNamed } from '../../src/protocol/stacks.ts';
import { capture } from '../support/capture.ts';

const command = (...args: string[]) => capture(() => main(['node', 'mktrouble', 'protocol', ...args]));

const readSource = (name: string): Map<string, string> =>
  new Map(
    protocolNamed(name)!
      .files()
      .map((file) => [file.name, join(file)]),
  );

describe('mktrouble protocol', () => {
  it('diff: applied to the sources of one protocol gives those of the other', () => {
    for (const to of PROTOCOLS) {
      const text = diffProtocols(protocolNamed('series')!, protocolNamed(to)!);
      const patched = readSource('series');
      for (const one of text === '' ? [] : parsePatch(text)) {
        const name = one.oldFileName!.replace(/^series\//, '');
        assert.equal(one.newFileName, `${to}/${name}`);
        patched.set(name, applyPatch(patched.get(name)!, one) || assert.fail(`${name} of ${to}`));
      }
      assert.deepEqual(patched, readSource(to), to);
    }
  });

  it('diff: prints the diff, and nothing for a protocol and itself', async () => {
    const { result, stdout } = await command('diff', 'series', 'hardened');
    assert.equal(result, EXIT.ok);
    assert.equal(stdout, diffProtocols(protocolNamed('series')!, protocolNamed('hardened')!));
    assert.equal((await command('diff', 'hardened', 'hardened')).stdout, '');
  });

  it('list: names each protocol with its patches', async () => {
    const { result, stdout } = await command('list');
    assert.equal(result, EXIT.ok);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => line.split(' ')[0]),
      PROTOCOLS,
    );
    for (const line of lines)
      for (const patch of protocolNamed(line.split(' ')[0]!)!.patches) assert.ok(line.includes(patch), line);
  });

  it('show: explains each patch of the stack, or prints the source', async () => {
    const { stdout } = await command('show', 'no-kill-on-failure');
    for (const patch of protocolNamed('no-kill-on-failure')!.patches) {
      assert.ok(stdout.includes(`\n${patch}\n  ${patchNamed(patch).description}\n`), patch);
    }
    const { stdout: source } = await command('show', 'series', '--source');
    for (const text of readSource('series').values()) assert.ok(source.includes(text));
    assert.match((await command('show', 'series', '--c')).stdout, /^int do_restart\(struct task_struct \*current/m);
  });

  it('refuses a name that no protocol has, and takes a name from before', async () => {
    assert.equal((await command('show', 'no-such')).result, EXIT.input);
    assert.equal((await command('show', 'survivors')).stdout, (await command('show', 'no-kill-on-failure')).stdout);
  });
});
