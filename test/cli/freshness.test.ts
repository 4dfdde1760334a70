import assert from 'node:assert/strict';
import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { sourcesToRun } from '../../src/cli/freshness.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

describe('what bin runs', () => {
  let folder: Folder;
  const at = (name: string) => path.join(folder.path, name);
  const url = (name: string) => pathToFileURL(at(name)).href;
  /** Everything under `src` and `reporters` was last changed at this second, the build began at that. */
  const set = (changed: number, built: number) => {
    for (const name of ['src/cli/main.ts', 'src/cli', 'src', 'reporters/spec.ts', 'reporters']) {
      utimesSync(at(name), changed, changed);
    }
    utimesSync(at('dist/.built'), built, built);
  };

  beforeEach(() => {
    folder = temporaryFolder({
      'src/cli/main.ts': '',
      'reporters/spec.ts': '',
      'dist/.built': '',
      'dist/src/cli/bin.js': '',
    });
    mkdirSync(at('src/cli'), { recursive: true });
    set(1000, 2000);
  });
  afterEach(() => folder.remove());

  it('the build, when nothing was changed since', () => {
    assert.equal(sourcesToRun(url('dist/src/cli/bin.js')), undefined);
  });

  it('the sources, when one of them, or a reporter, was changed since', () => {
    utimesSync(at('src/cli/main.ts'), 3000, 3000);
    assert.equal(sourcesToRun(url('dist/src/cli/bin.js')), url('src/cli/main.ts'));
    set(1000, 2000);
    utimesSync(at('reporters/spec.ts'), 3000, 3000);
    assert.equal(sourcesToRun(url('dist/src/cli/bin.js')), url('src/cli/main.ts'));
  });

  it('the sources, when a file was taken away since', () => {
    rmSync(at('reporters/spec.ts'));
    utimesSync(at('src'), 1000, 1000);
    utimesSync(at('reporters'), 3000, 3000);
    assert.equal(sourcesToRun(url('dist/src/cli/bin.js')), url('src/cli/main.ts'));
  });

  it('the sources, when no build came to its end', () => {
    rmSync(at('dist/.built'));
    assert.equal(sourcesToRun(url('dist/src/cli/bin.js')), url('src/cli/main.ts'));
  });

  it('the build, where only it was installed', () => {
    rmSync(at('src'), { recursive: true });
    assert.equal(sourcesToRun(url('dist/src/cli/bin.js')), undefined);
  });

  it('itself, when it is a source', () => {
    assert.equal(sourcesToRun(url('src/cli/bin.ts')), undefined);
  });
});
