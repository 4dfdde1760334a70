/** The guides of docs/guides, as a reader pastes them: each command of a page, in order, in a clone, prints what the page shows. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { criu } from '../../src/backends/criu/index.ts';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { cacheFolder } from '../../src/backends/host/cache.ts';
import { sourcesToRun } from '../../src/cli/freshness.ts';
import { copyTree } from '../support/clone.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { codeBlocks, ROOT } from '../support/markdown.ts';
import { mktrouble, PROGRAM, run } from '../support/program.ts';
import { Shell } from '../support/shell.ts';
import { isShown, readPastedCommands } from '../support/shell-page.ts';

const GUIDES = 'docs/guides';

/** Runs git in a folder, as a person with a name. */
const git = (folder: string, ...words: string[]): void =>
  void execFileSync('git', ['-C', folder, '-c', 'user.name=it', '-c', 'user.email=it@example.org', ...words]);

const commitAll = (folder: string, message: string): void => {
  git(folder, 'add', '-A');
  git(folder, 'commit', '--quiet', '-m', message);
};

describe('the guides', function () {
  this.timeout(300_000);
  this.slow(30_000);

  it('are all walked here', () => {
    assert.deepEqual(readdirSync(path.join(ROOT, GUIDES)).sort(), [
      'ci-maintainer.md',
      'criu-developer.md',
      'kernel-developer.md',
    ]);
  });

  for (const name of ['kernel-developer.md', 'criu-developer.md', 'ci-maintainer.md']) {
    describe(name, () => {
      let folder: Folder;
      let clone: string;
      let shell: Shell;
      let hasFailed = false;

      before(async function () {
        if (name === 'criu-developer.md') await needCriu(this);
        folder = temporaryFolder();
        clone = path.join(folder.path, 'mktrouble');
        cloneHere(clone);
        mkdirSync(path.join(folder.path, 'home'));
        if (name === 'criu-developer.md') await makeCheckout(path.join(folder.path, 'home/criu'));
        shell = new Shell(clone, folder.path, environment(folder));
      });
      after(() => {
        shell?.end();
        folder?.remove();
      });

      for (const command of readPastedCommands(`${GUIDES}/${name}`)) {
        it(`line ${command.line}: ${command.text.split('\n')[0]}`, async function () {
          if (hasFailed) {
            console.log('      skipped: a command above it failed');
            this.skip();
          }
          hasFailed = true;
          const { code, printed } = await shell.paste(command);
          if (command.output === undefined) assert.equal(code, 0, printed);
          else
            assert.ok(
              isShown(command.output, printed),
              `the page shows\n${command.output.join('\n')}\nand it is\n${printed}`,
            );
          hasFailed = false;
        });
      }

      if (name === 'ci-maintainer.md')
        it('its workflow: each shard, then their reports as one, twice, the second time by the durations of the first', async () => {
          const [workflow] = codeBlocks(`${GUIDES}/${name}`).filter(({ language }) => language === 'yaml');
          await followTwice(workflow!.text, folder);
        });
    });
  }
});

/** The clone of a reader: after `npm ci`, on the branch that is on the server. */
function cloneHere(clone: string): void {
  mkdirSync(clone);
  copyTree(clone);
  git(clone, 'init', '--quiet', '--initial-branch=main');
  commitAll(clone, 'As it is');
  git(clone, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
  // What installs and builds is run by the tests of README.
  for (const made of ['node_modules', 'schema']) symlinkSync(path.join(ROOT, made), path.join(clone, made));
  execFileSync('cp', ['-a', path.join(ROOT, 'dist'), path.join(clone, 'dist')]);
  const isFresh = sourcesToRun(pathToFileURL(path.join(ROOT, 'dist/src/cli/bin.js')).href) === undefined;
  // The folders of the copy are newer than the build.
  if (isFresh) utimesSync(path.join(clone, 'dist/.built'), new Date(), new Date());
}

function environment({ path: folder }: Folder): Record<string, string> {
  const { PATH = '' } = process.env;
  return {
    PATH,
    HOME: path.join(folder, 'home'),
    MKTROUBLE_CACHE: cacheFolder(),
    NO_COLOR: '1',
    LC_ALL: 'C.UTF-8',
    // npm looks for a newer npm where it has not done so today.
    npm_config_update_notifier: 'false',
  };
}

const VERSIONS = ['4.1.1', '4.2.1'];

async function needCriu(test: Mocha.Context): Promise<void> {
  const skip = (reason: string): never => {
    console.log(`      skipped: ${reason}`);
    return test.skip();
  };
  if (process.getuid?.() !== 0) skip('only root can run CRIU here');
  for (const version of VERSIONS) {
    const found = await locateCriu({ ...process.env, MKTROUBLE_CRIU: version });
    if (typeof found === 'string') skip(found);
  }
}

/** In place of a checkout of CRIU: three commits after v4.1.1, whose build starts CRIU 4.1.1; the second brings a crash. */
async function makeCheckout(checkout: string): Promise<void> {
  const backend = criu({ criu: '4.1.1' });
  const start = (await backend.startWords().finally(() => backend.dispose())).join(' ');
  mkdirSync(path.join(checkout, 'criu'), { recursive: true });
  git(checkout, 'init', '--quiet');
  writeFileSync(path.join(checkout, 'Makefile'), 'criu/criu: criu/cr-restore.sh\n\tcp $< $@ && chmod 755 $@\n');
  writeFileSync(path.join(checkout, '.gitignore'), 'criu/criu\n');
  for (const [number, message] of ['As released', 'restore: rework', 'restore: crash', 'docs: typo'].entries()) {
    const crash = number >= 2 ? '[ "$1" = restore ] && kill -SEGV $$\n' : '';
    writeFileSync(
      path.join(checkout, 'criu/cr-restore.sh'),
      `#!/bin/sh\n# ${number}\n${crash}exec env ${start} "$@"\n`,
    );
    commitAll(checkout, message);
    if (number === 0) git(checkout, 'tag', 'v4.1.1');
  }
}

interface Step {
  readonly run?: string;
}

/** The commands of each job of a workflow, in a project that has this program installed. */
async function followTwice(workflow: string, folder: Folder): Promise<void> {
  const program = [process.execPath, ...PROGRAM].map((word) => `'${word}'`).join(' ');
  for (const [name, text] of [
    ['npx', `[ "$1" = mktrouble ] || exit 9; shift; exec ${program} "$@"`],
    ['npm', '[ "$1" = ci ]'],
  ] as const)
    chmodSync(folder.write(`bin/${name}`, `#!/bin/bash\n${text}\n`), 0o755);
  const project = path.join(folder.path, 'project');
  assert.equal((await mktrouble(['init', project])).code, 0);
  const { PATH, ...env } = environment(folder);
  const setting = { ...env, PATH: `${path.join(folder.path, 'bin')}:${PATH}` };
  const { jobs } = parse(workflow) as { jobs: Record<string, { steps: Step[] }> };
  const [shards, report] = Object.values(jobs);
  const follow = async ({ steps }: { steps: Step[] }, shard: number): Promise<void> => {
    for (const { run: script } of steps) {
      if (script === undefined) continue;
      const filled = script.replaceAll(/\$\{\{ *matrix\.shard *\}\}/g, String(shard));
      const { code, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', filled], {
        cwd: project,
        env: { ...setting, GITHUB_STEP_SUMMARY: path.join(folder.path, 'summary.md') },
      });
      assert.equal(code, 0, `${filled}\n${stdout}${stderr}`);
    }
  };
  for (let round = 0; round < 2; round++) {
    for (const shard of [1, 2, 3, 4]) await follow(shards!, shard);
    await follow(report!, 0);
  }
  const { cases } = JSON.parse(readFileSync(path.join(project, 'report.json'), 'utf8'));
  assert.ok(cases.length > 0);
  assert.ok(existsSync(path.join(project, 'report.html')));
}
