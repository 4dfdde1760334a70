import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findScenarioFiles, loadScenarioFile, loadScenarioFileSync, loadScenarios } from '../../src/scenario/index.ts';

const GOOD = 'scenario: x\ntree: { pid: 100 }\n';

describe('scenario files', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: string | Uint8Array): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };

  it('are found in folders, sorted, each once', () => {
    for (const name of ['all/b.yaml', 'all/a.yml', 'all/deep/er/c.yaml']) write(name, GOOD);
    for (const name of ['all/a.replay.yaml', 'all/notes.md', 'all/.hidden/d.yaml', 'all/node_modules/e.yaml'])
      write(name, GOOD);
    symlinkSync(path.join(folder, 'all'), path.join(folder, 'all', 'loop.yaml'));
    const all = path.join(folder, 'all');
    const found = ['a.yml', 'b.yaml', 'deep/er/c.yaml'].map((name) => path.join(all, name));
    assert.deepEqual(findScenarioFiles([all]), [...found, path.join(all, 'loop.yaml')].sort());
    rmSync(path.join(all, 'loop.yaml'));
    assert.deepEqual(findScenarioFiles([all, path.join(all, 'b.yaml'), `${all}/`]), found);
    assert.deepEqual(findScenarioFiles([write('other.txt', GOOD)]), [path.join(folder, 'other.txt')]);
  });

  it('have ids relative to where we are', () => {
    const file = write('some/where.yaml', GOOD);
    assert.equal(loadScenarioFileSync(file, { cwd: folder }).cases[0]!.id, 'some/where.yaml#x');
    assert.equal(loadScenarioFileSync(file, { cwd: folder }).cases[0]!.position.file, 'some/where.yaml');
    assert.equal(loadScenarioFileSync('some/where.yaml', { cwd: folder }).cases.length, 1);
  });

  it('hold several scenarios', () => {
    const file = write(
      'several.yaml',
      `${GOOD}---\nscenario: y\ntree: { pid: 100 }\n...\n---\nscenario: z\ntree: { pid: 7 }\n`,
    );
    const { cases } = loadScenarioFileSync(file);
    assert.deepEqual(
      cases.map(({ scenario, position }) => [scenario, position.line]),
      [
        ['x', 1],
        ['y', 4],
        ['z', 8],
      ],
    );
  });

  it('are read alike at once and later', async () => {
    const good = write('good.yaml', GOOD);
    const bad = write('bad.yaml', 'scenario: x\n');
    for (const file of [good, bad, path.join(folder, 'none.yaml'), folder]) {
      assert.deepEqual(await loadScenarioFile(file), loadScenarioFileSync(file));
    }
    const { cases, diagnostics } = loadScenarios([good, bad]);
    assert.deepEqual([cases.length, diagnostics.length], [1, 1]);
  });

  it('with a mistake have no case at all', () => {
    const { cases, diagnostics } = loadScenarioFileSync(write('half.yaml', `${GOOD}---\nscenario: y\n`));
    assert.deepEqual([cases, diagnostics.length], [[], 1]);
  });

  it('start with a byte order mark or not, and end lines as they like', () => {
    for (const text of [`\ufeff${GOOD}`, GOOD.replaceAll('\n', '\r\n'), GOOD.trimEnd()]) {
      assert.equal(loadScenarioFileSync(write('form.yaml', text)).cases.length, 1, JSON.stringify(text));
    }
    const { diagnostics } = loadScenarioFileSync(write('crlf.yaml', 'scenario: x\r\ntree: { pid: 100 }\r\nwhi: x\r\n'));
    assert.deepEqual([diagnostics[0]!.line, diagnostics[0]!.column, diagnostics[0]!.endColumn], [3, 1, 4]);
    assert.ok(!diagnostics[0]!.frame.includes('\r'));
  });

  const shown = (file: string) => {
    const { cases, diagnostics } = loadScenarioFileSync(file, { cwd: folder });
    assert.deepEqual([cases, diagnostics.length], [[], 1]);
    const { line, column, message } = diagnostics[0]!;
    return [line, column, message] as const;
  };

  it('that are not UTF-8 are refused at the first byte that is not', () => {
    const [line, column, message] = shown(
      write('latin.yaml', Buffer.from('scenario: x\nwhy: caf\u00e9 au lait\n', 'latin1')),
    );
    assert.deepEqual([line, column], [2, 9]);
    assert.match(message, /UTF-8/);
    assert.match(shown(write('utf16.yaml', Buffer.from(`\ufeff${GOOD}`, 'utf16le')))[2], /UTF-8/);
    assert.match(shown(write('cut.yaml', Buffer.from('scenario: caf\u00e9').subarray(0, -1)))[2], /UTF-8/);
    assert.match(shown(write('binary.yaml', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0x00])))[2], /UTF-8/);
  });

  it('that are no files, or not there, or too large, are refused', () => {
    assert.match(shown(path.join(folder, 'none.yaml'))[2], /no such file/);
    assert.match(shown(path.join(write('file.yaml', GOOD), 'below.yaml'))[2], /not a folder/);
    assert.match(shown(folder)[2], /not a regular file/);
    assert.match(shown('/dev/null')[2], /not a regular file/);
    assert.match(shown(write('large.yaml', `${GOOD}# ${'x'.repeat(600_000)}`))[2], /bytes/);
    assert.deepEqual(findScenarioFiles([path.join(folder, 'none.yaml')]), [path.join(folder, 'none.yaml')]);
  });
});
