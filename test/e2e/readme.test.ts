/** The program as a user meets it: a fresh clone, README followed to the letter, and a project with mktrouble installed. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { copyTree } from '../support/clone.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { type CodeBlock, codeBlocks } from '../support/markdown.ts';
import { run, start } from '../support/program.ts';

/** Of a fresh clone: two minutes on two cores, more when others use them too. */
const SET_UP = 300_000;

describe('a fresh clone, as README and the guide say', function () {
  this.timeout(SET_UP);
  this.slow(60_000);
  let folder: Folder;
  let clone: string;
  let project: string;

  before(() => {
    folder = temporaryFolder();
    clone = path.join(folder.path, 'mktrouble');
    project = path.join(folder.path, 'my-project');
    mkdirSync(clone);
    copyTree(clone);
  });
  after(() => folder.remove());

  /** npm takes what it has seen before from its cache, and says nothing that does not matter here. */
  const env = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
  const shell = async (script: string, cwd = clone) => {
    const ended = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd, env });
    assert.equal(ended.code, 0, `${script}\n${ended.stdout}${ended.stderr}`);
    return ended.stdout;
  };

  const pages = [...codeBlocks('README.md'), ...codeBlocks('docs/guide.md')];
  const blocks = pages.filter(({ language }) => language === 'sh');
  const isThisRun = ({ text }: CodeBlock) => text.includes('npm test');

  it('names the two commands that do everything', () => {
    const lines = blocks.map(({ text }) => text.trim());
    assert.ok(lines.includes('npm ci && npx mktrouble run scenarios'));
    assert.ok(lines.includes('npm ci && npm test'), 'which is what runs this test, and is not run inside of itself');
  });

  for (const block of blocks.filter((one) => !isThisRun(one))) {
    it(`line ${block.line}: ${block.text.split('\n')[0]}`, () => shell(block.text));
  }

  it('its program in code compiles, and runs', async () => {
    const [example] = pages.filter(({ language }) => language === 'ts');
    writeFileSync(path.join(project, 'example.mts'), example!.text);
    const tsc = path.join(clone, 'node_modules/.bin/tsc');
    const types = path.join(clone, 'node_modules/@types');
    await shell(
      `${tsc} --strict --module nodenext --target es2022 --typeRoots ${types} --types node example.mts`,
      project,
    );
    assert.match(await shell('node example.mjs', project), /^pass /m);
  });

  describe('a project that has it installed', () => {
    it('runs scenarios with npx mocha, in parallel too, and says what is wrong with a broken file', async () => {
      writeFileSync(path.join(project, 'scenarios/broken.yaml'), 'scenario: Broken\ntree: { pid: x }\n');
      for (const parallel of [[], ['--parallel']]) {
        const ended = await run('npx', ['mocha', '--reporter', 'spec', ...parallel], { cwd: project, env });
        assert.equal(ended.code, 1, ended.stdout + ended.stderr);
        assert.match(ended.stdout, /4 passing/);
        assert.match(ended.stdout, /1 failing/);
        assert.match(ended.stdout, /broken\.yaml:2:\d+/);
      }
    });

    it('compiles its agent where it is installed, and runs on real processes (or says why not)', async () => {
      assert.match(await shell('npx mktrouble run scenarios/first.yaml --backend all', project), /native/);
    });

    it('--watch sees what was saved', async () => {
      writeFileSync(
        path.join(project, 'scenarios/broken.yaml'),
        'scenario: Mended\ntree: { pid: 100 }\nrestart: { protocol: hardened }\n',
      );
      const mocha = path.join(project, 'node_modules/mocha/bin/mocha.js');
      const watch = start(process.execPath, [mocha, '--watch', '--reporter', 'spec'], { cwd: project, env });
      try {
        await watch.says('Mended');
        writeFileSync(
          path.join(project, 'scenarios/broken.yaml'),
          'scenario: Saved again\ntree: { pid: 100 }\nrestart: { protocol: hardened }\n',
        );
        await watch.says('Saved again');
      } finally {
        watch.process.kill('SIGINT');
        await watch.ended;
      }
    });

    it('finds its schema where the first scenario says', () => {
      const scenario = path.join(project, 'scenarios/first.yaml');
      const [, schema] = /\$schema=(\S+)/.exec(readFileSync(scenario, 'utf8'))!;
      JSON.parse(readFileSync(path.resolve(path.dirname(scenario), schema!), 'utf8'));
    });
  });

  it('runs the sources when they are newer than the build', async () => {
    const file = path.join(clone, 'src/cli/main.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace('checks that no process', 'CHECKS THAT NO PROCESS'));
    assert.match(await shell('npx mktrouble --help'), /CHECKS THAT/);
  });
});
