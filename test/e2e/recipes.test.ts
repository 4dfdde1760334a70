/** The recipes of docs/recipes, as far as they can be followed without their services: every command in them is run. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { codeBlocks } from '../support/markdown.ts';
import { mktrouble, PROGRAM, run } from '../support/program.ts';

const RECIPES = 'docs/recipes';

describe('the recipes', function () {
  this.timeout(300_000);
  this.slow(30_000);
  let folder: Folder;
  let bin: string;

  before(() => {
    folder = temporaryFolder();
    bin = path.join(folder.path, 'bin');
    mkdirSync(bin);
    const program = [process.execPath, ...PROGRAM].map((word) => `'${word}'`).join(' ');
    // What is installed is this program; installing is what the tests of README do.
    for (const [name, text] of [
      ['npx', `[ "$1" = mktrouble ] || exit 9; shift; exec ${program} "$@"`],
      ['npm', '[ "$1" = ci ]'],
    ] as const) {
      writeFileSync(path.join(bin, name), `#!/bin/bash\n${text}\n`);
      chmodSync(path.join(bin, name), 0o755);
    }
  });
  after(() => folder.remove());

  const shell = async (script: string, cwd: string, env: Record<string, string> = {}) => {
    const ended = await run('bash', ['-euo', 'pipefail', '-c', script], {
      cwd,
      env: { PATH: `${bin}:${process.env['PATH']}`, ...env },
    });
    assert.equal(ended.code, 0, `${script}\n${ended.stdout}${ended.stderr}`);
    return ended;
  };

  /** A folder as `init` makes it. */
  const project = async (name: string): Promise<string> => {
    const where = path.join(folder.path, name);
    assert.equal((await mktrouble(['init', where])).code, 0);
    return where;
  };

  interface Step {
    readonly run?: string;
  }
  const listJobs = (text: string) => Object.values((parse(text) as { jobs: Record<string, { steps: Step[] }> }).jobs);

  it('GitHub Actions: the commands of every job, one after the other', async () => {
    const where = await project('github');
    const [{ text } = { text: '' }] = codeBlocks(`${RECIPES}/github-actions.md`);
    const summary = path.join(folder.path, 'summary.md');
    const shipped = readFileSync(path.join(where, '.github/workflows/mktrouble.yml'), 'utf8');
    for (const { steps } of [...listJobs(shipped), ...listJobs(text)]) {
      for (const { run: script } of steps) {
        // What the main branch said before is what this run says.
        const before = script?.includes('before.json report.json') ? 'cp report.json before.json; ' : '';
        const filled = script?.replaceAll(/\$\{\{ *matrix\.backend *\}\}/g, 'simulated');
        if (filled !== undefined) await shell(before + filled, where, { GITHUB_STEP_SUMMARY: summary });
      }
    }
    assert.match(readFileSync(summary, 'utf8'), /\*\*mktrouble\*\*: nothing changed; 1 as before/);
    assert.ok(readdirSync(where).includes('report.html'));
  });

  it('GitLab CI: the scripts of every job', async () => {
    const where = await project('gitlab');
    const [{ text } = { text: '' }] = codeBlocks(`${RECIPES}/gitlab-ci.md`);
    const { stages, ...jobs } = parse(text) as Record<string, { stage: string; script: string[] }> & {
      stages: string[];
    };
    for (const { stage, script } of Object.values(jobs)) {
      assert.ok((stages as unknown as string[]).includes(stage));
      await shell(script.join('\n'), where, { BACKEND: 'simulated' });
    }
    for (const file of ['junit-simulated.xml', 'mktrouble-simulated.json', 'report.html'])
      assert.ok(readdirSync(where).includes(file), file);
  });

  it('Jenkins: its commands, and the exit code that makes a build unstable', async () => {
    const where = await project('jenkins');
    const [{ text } = { text: '' }] = codeBlocks(`${RECIPES}/jenkins.md`);
    const scripts = [...text.matchAll(/sh (?:'([^']+)'|.*script: '''([\s\S]*?)''')/g)].map(([, a, b]) => (a ?? b)!);
    assert.equal(scripts.length, 2);
    for (const script of scripts) await shell(script, where);
    assert.match(readFileSync(path.join(where, 'mktrouble.xml'), 'utf8'), /<testsuite/);
    const scenario = path.join(where, 'scenarios/first.yaml');
    writeFileSync(scenario, readFileSync(scenario, 'utf8').replace('EBUSY #', 'ok #'));
    const { code } = await run('bash', ['-c', scripts[1]!], {
      cwd: where,
      env: { PATH: `${bin}:${process.env['PATH']}` },
    });
    assert.equal(code, 1);
  });
});
