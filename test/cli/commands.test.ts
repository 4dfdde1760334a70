import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { glossary } from '../../src/cli/glossary.ts';
import { main } from '../../src/cli/main.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

const GOOD = `scenario: Two tasks
tags: [small]
tree: { pid: 100, children: [{ pid: 101 }] }
restart: { protocol: hardened }
matrix: { n: [1, 2] }
expect: { coordinator: ok }
`;
const BAD = `scenario: Bad
tree: { pid: 100 }
faults: [{ signal: SIGUSER1, to: 100, when: any }]
expekt: { coordinator: ok }
`;

describe('the commands', () => {
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({ 'good/a.yaml': GOOD, 'bad/b.yaml': BAD, 'empty/readme.txt': '' });
  });
  after(() => folder.remove());

  const at = (name: string) => path.join(folder.path, name);
  const command = (...args: string[]) => capture(() => main(['node', 'mktrouble', ...args]));

  describe('the command line itself', () => {
    it('says its version, and helps', async () => {
      const version = await command('--version');
      assert.equal(version.result, EXIT.ok);
      assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
      const help = await command('--help');
      assert.equal(help.result, EXIT.ok);
      assert.match(help.stdout, /validate/);
      assert.ok(COMMANDS.length >= 6);
    });

    for (const [what, args] of Object.entries({
      'an unknown command': ['rnu'],
      'an unknown option': ['run', '--sead', '1'],
      'a missing argument': ['explain'],
      'too many arguments': ['explain', 'a', 'b'],
      'a bad number': ['run', '--schedules', 'many'],
      'a bad pattern': ['run', '--grep', '('],
      'an unknown backend': ['run', '--backend', 'simulatd'],
      'an unknown reporter': ['run', '--reporter', 'junut'],
      'an unknown protocol': ['run', '--protocol', 'serie'],
      'a report that cannot be written': ['run', '--reporter', 'junit=/dev/null/x'],
      'two reports in one file': ['run', '--reporter', 'junit=/dev/null', '--reporter', 'tap=/dev/null'],
    })) {
      it(`${what} is bad input, reported on stderr`, async () => {
        const { result, stderr } = await command(...args);
        assert.equal(result, EXIT.input);
        assert.notEqual(stderr, '');
        assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace');
      });
    }

    it('knows the nearest word', async () => {
      for (const [args, meant] of [
        [['rnu'], 'run'],
        [['run', '--sead', '1'], '--seed'],
        [['run', '--backend', 'simulatd'], 'simulated'],
        [['run', '--reporter', 'junut'], 'junit'],
        [['run', '--protocol', 'serie'], 'series'],
        [['explain', 'EBUSI'], 'EBUSY'],
      ] as const) {
        const { stderr } = await command(...args);
        assert.ok(new RegExp(`did you mean (one of )?${meant}`, 'i').test(stderr), stderr);
      }
    });
  });

  describe('validate', () => {
    it('counts files and cases that are right', async () => {
      const { result, stdout } = await command('validate', at('good'));
      assert.equal(result, EXIT.ok);
      assert.match(stdout, /1 file.*2 cases/);
    });

    it('reports every error, with its position', async () => {
      const { result, stderr } = await command('validate', at('good'), at('bad'));
      assert.equal(result, EXIT.input);
      assert.match(stderr, /b\.yaml:3:\d+.*SIGUSER1/);
      assert.match(stderr, /b\.yaml:4:\d+.*expekt/);
    });

    it('a missing path, and a folder without scenarios, are bad input', async () => {
      assert.equal((await command('validate', at('nowhere'))).result, EXIT.input);
      assert.equal((await command('validate', at('empty'))).result, EXIT.input);
    });
  });

  describe('list', () => {
    it('names every case, its protocol and its tags', async () => {
      const { result, stdout } = await command('list', at('good'));
      assert.equal(result, EXIT.ok);
      assert.equal(stdout.match(/Two tasks/g)?.length, 2);
      assert.match(stdout, /hardened/);
      assert.match(stdout, /@small/);
    });

    it('--json: an object a line', async () => {
      const { stdout } = await command('list', '--json', at('good'));
      const cases = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        cases.map(({ scenario, matrix, protocol, tasks }) => ({ scenario, matrix, protocol, tasks })),
        [1, 2].map((n) => ({ scenario: 'Two tasks', matrix: { n }, protocol: 'hardened', tasks: 2 })),
      );
    });
  });

  describe('explain', () => {
    for (const word of [
      'no-task-resumes-early',
      'EBUSY',
      'sync-2',
      'claim',
      'left-waiting',
      'SIGUSR1',
      'killed',
      'kmalloc',
    ]) {
      it(`knows ${word}`, async () => {
        const { result, stdout } = await command('explain', word);
        assert.equal(result, EXIT.ok);
        assert.ok(stdout.startsWith(word));
      });
    }

    it('prints all meanings of a word that has several', async () => {
      const { stdout } = await command('explain', 'restore');
      assert.ok(stdout.match(/^restore \(/gm)!.length >= 2);
    });

    it('has something to say about every word that it knows', () => {
      for (const { word, kind, lines } of glossary()) {
        assert.notEqual(kind, '', word);
        assert.ok(lines.length > 0 && lines.every((line) => line.trim() !== ''), word);
      }
    });
  });

  describe('init', () => {
    it('makes a scenario that is valid, and never overwrites', async () => {
      const target = at('new');
      assert.equal((await command('init', target)).result, EXIT.ok);
      assert.ok(existsSync(path.join(target, '.mocharc.json')));
      assert.ok(existsSync(path.join(target, '.github/workflows/mktrouble.yml')));
      assert.match(readFileSync(path.join(target, '.gitignore'), 'utf8'), /\.mktrouble/);
      const scenario = path.join(target, 'scenarios/first.yaml');
      assert.match(readFileSync(scenario, 'utf8'), /^# yaml-language-server: \$schema=/);
      assert.equal((await command('validate', path.join(target, 'scenarios'))).result, EXIT.ok);

      const mine = folder.write('new/.mocharc.json', '{}');
      const again = await command('init', target);
      assert.equal(again.result, EXIT.ok);
      assert.equal(readFileSync(mine, 'utf8'), '{}');
    });

    describe('in a folder of a repository', () => {
      const below = (...names: string[]) => at(path.join('repository', ...names));
      before(async () => {
        folder.write('repository/.git/HEAD', '');
        folder.write('repository/package.json', '{}');
        assert.equal((await command('init', below('tools', 'cr tests'))).result, EXIT.ok);
      });

      it('writes a workflow that GitHub runs, with commands and uploads in that folder', () => {
        assert.ok(!existsSync(below('tools', 'cr tests', '.github')));
        const [name, ...others] = readdirSync(below('.github', 'workflows'));
        assert.deepEqual(others, []);
        const { jobs } = parse(readFileSync(below('.github', 'workflows', name!), 'utf8'));
        assert.equal(jobs.scenarios.defaults.run['working-directory'], 'tools/cr tests');
        const upload = jobs.scenarios.steps.find((step: { uses?: string }) => step.uses?.includes('upload-artifact'));
        assert.equal(upload.if, 'always()');
        for (const folder of upload.with.path.trim().split('\n'))
          assert.match(folder, /^tools\/cr tests\/(\.mktrouble|mktrouble-report)\/$/);
        assert.equal(upload.with['include-hidden-files'], true, 'else the replays would be left out');
      });

      it('names the schema where npm will install it', () => {
        const first = readFileSync(below('tools', 'cr tests', 'scenarios', 'first.yaml'), 'utf8');
        const [, schema] = /\$schema=(\S+)/.exec(first)!;
        const target = path.resolve(below('tools', 'cr tests', 'scenarios'), schema!);
        assert.equal(target, below('node_modules', 'mktrouble', 'schema', 'scenario.schema.json'));
      });

      it('keeps another folder apart, and writes nothing twice', async () => {
        assert.equal((await command('init', below('other'))).result, EXIT.ok);
        assert.equal(readdirSync(below('.github', 'workflows')).length, 2);
        const { stdout } = await command('init', below('other'));
        assert.match(stdout, /Nothing to do/);
      });
    });

    it('a folder that cannot be made is bad input', async () => {
      const file = folder.write('file', '');
      const { result, stderr } = await command('init', path.join(file, 'below'));
      assert.equal(result, EXIT.input);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  });

  describe('doctor', () => {
    it('says of each backend whether it works here', async () => {
      const { result, stdout } = await command('doctor', '--json');
      assert.equal(result, EXIT.ok);
      const answers = JSON.parse(stdout);
      assert.equal(answers.simulated[0].available, true);
      assert.match((await command('doctor')).stdout, /simulated/);
    });
  });
});
