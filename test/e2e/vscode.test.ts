/** The extension for VS Code: it starts the server of the workspace, and packages into a .vsix. */
import assert from 'node:assert/strict';
import { cpSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';
import { run } from '../support/program.ts';

const EXTENSION = path.join(ROOT, 'editor/vscode');

/** The parts of VS Code and of the client library that are used, recorded. */
const STUBS = {
  'node_modules/vscode/index.js': 'module.exports = globalThis.vscodeStub;',
  'node_modules/vscode-languageclient/node.js':
    'module.exports = { LanguageClient: class { constructor(...args) { globalThis.started.push(args); } async start() {} async stop() { globalThis.started.length = 0; } } };',
};

interface Stubbed {
  started: unknown[][];
  vscodeStub: unknown;
}

describe('the extension for VS Code', function () {
  this.timeout(280_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder();
    for (const name of ['package.json', 'package-lock.json', 'extension.js', 'README.md', 'LICENSE', '.vscodeignore'])
      cpSync(path.join(EXTENSION, name), path.join(folder.path, name));
  });
  after(() => folder.remove());

  it('starts the server of a workspace that has one, and nothing in another', async () => {
    const stubbed = temporaryFolder(STUBS);
    try {
      cpSync(path.join(EXTENSION, 'extension.js'), path.join(stubbed.path, 'extension.js'));
      const { contributes } = createRequire(import.meta.url)(path.join(EXTENSION, 'package.json'));
      const command = contributes.configuration.properties['mktrouble.command'].default as string[];
      const world = globalThis as unknown as Stubbed;
      world.started = [];
      world.vscodeStub = {
        workspace: {
          workspaceFolders: [{ uri: { scheme: 'file', fsPath: stubbed.path } }],
          getConfiguration: () => ({ get: () => command }),
        },
      };
      const { activate, deactivate } = createRequire(import.meta.url)(path.join(stubbed.path, 'extension.js'));
      await activate();
      assert.deepEqual(world.started, []);
      stubbed.write('node_modules/.bin/mktrouble', '');
      await activate();
      const [[, , server] = []] = world.started as [unknown, unknown, object][];
      const [program, ...args] = command;
      assert.deepEqual(server, { command: program, args, options: { cwd: stubbed.path } });
      await deactivate();
      assert.deepEqual(world.started, []);
    } finally {
      stubbed.remove();
    }
  });

  it('packages', async function () {
    const installed = await run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], {
      cwd: folder.path,
    });
    if (installed.code !== 0 && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENOTCACHED|ETIMEDOUT/.test(installed.stderr)) {
      console.log('      skipped: the packager cannot be fetched here');
      this.skip();
    }
    assert.equal(installed.code, 0, installed.stderr);
    const packaged = await run('npm', ['run', 'package'], { cwd: folder.path });
    assert.equal(packaged.code, 0, packaged.stdout + packaged.stderr);
    assert.ok(existsSync(path.join(folder.path, 'mktrouble.vsix')));
    for (const name of ['extension.js', 'vscode-languageclient/']) assert.ok(packaged.stdout.includes(name), name);
  });
});
