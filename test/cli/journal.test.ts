/** What the results of an interrupted run depend on: the programs that its paths name, and no file that has the name of a version. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { identifySetting } from '../../src/cli/run/journal.ts';
import type { Options, Project } from '../../src/config/index.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

const on = (project: Partial<Project>): string => {
  const projects = [{ name: 'it', backend: 'oci', ...project }];
  return identifySetting({ projects, allowCommands: false, coverage: false } as unknown as Options);
};

describe('the setting of an interrupted run', () => {
  let folder: Folder;
  const at = (name: string): string => path.join(folder.path, name);
  beforeEach(() => {
    folder = temporaryFolder({ runc: 'one build', 'plugin.c': 'int one;' });
  });
  afterEach(() => folder.remove());

  it('is another when a program that a path names is built anew', () => {
    for (const [setting, file] of [
      ['runtime', 'runc'],
      ['criu', 'runc'],
      ['plugin', 'plugin.c'],
    ] as const) {
      const before = on({ [setting]: at(file) });
      assert.equal(on({ [setting]: at(file) }), before, setting);
      folder.write(file, `another ${setting}`);
      assert.notEqual(on({ [setting]: at(file) }), before, setting);
    }
  });

  it('takes a name for a name, also where a folder is called so', () => {
    // Of the working folder.
    assert.notEqual(on({ runtime: 'src' }), on({ runtime: 'test' }));
    assert.notEqual(on({ runtime: at('absent') }), on({ runtime: folder.path }));
  });
});
