/** The native backend where it is not at home: as an ordinary user, and without a C compiler. */
import assert from 'node:assert/strict';
import { chownSync, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { useNative } from '../backends/native/support.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';
import { PROGRAM, run } from '../support/program.ts';

const ORDINARY_USER = '65534';
const AS_ORDINARY_USER = ['setpriv', `--reuid=${ORDINARY_USER}`, `--regid=${ORDINARY_USER}`, '--clear-groups'];
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file));

/** Whether others may look into a folder and all those above it. */
function isOpen(folder: string): boolean {
  if ((statSync(folder).mode & 0o005) !== 0o005) return false;
  return folder === path.dirname(folder) || isOpen(path.dirname(folder));
}

/** Why an unprivileged user cannot run mktrouble here; undefined when it can. */
function whyNotNobody(): string | undefined {
  if (process.getuid?.() !== 0) return 'all other tests run as an ordinary user already';
  if (!SETPRIV) return 'there is no setpriv';
  if (![ROOT, path.dirname(process.execPath)].every(isOpen)) return 'another user may not look into these folders';
  return undefined;
}

describe('The native backend', function () {
  this.timeout(60_000);
  useNative();
  let cache: Folder;
  const env = () => ({ MKTROUBLE_CACHE: cache.path, HOME: cache.path, TMPDIR: cache.path });
  beforeEach(() => {
    cache = temporaryFolder();
  });
  afterEach(() => cache.remove());

  it('works for an ordinary user, but for what needs root, and says which', async function () {
    const why = whyNotNobody();
    if (why !== undefined) {
      console.log(`      skipped: ${why}`);
      return this.skip();
    }
    // A folder that other users can write to is refused, so it is theirs.
    chownSync(cache.path, Number(ORDINARY_USER), Number(ORDINARY_USER));
    const [command, ...user] = AS_ORDINARY_USER;
    const mktrouble = (...args: string[]) =>
      run(command!, [...user, process.execPath, ...PROGRAM, ...args], { env: env() });
    const [doctor, suite] = await Promise.all([
      mktrouble('doctor'),
      mktrouble(
        'run',
        'scenarios/healthy/every-task-resumes.yaml',
        'scenarios/permissions/strangers.yaml',
        '-b',
        'native',
      ),
    ]);
    assert.match(doctor.stdout, /yes +native +.*a user namespace, as an ordinary user/);
    assert.match(doctor.stdout, /no +native tasks of another owner/);
    assert.equal(suite.code, 0, suite.stdout + suite.stderr);
    assert.match(suite.stdout, /[1-9]\d* passed|[1-9]\d* passing/);
    assert.match(suite.stdout, /tasks of another owner need root/);
  });

  it('runs nothing where there is no C compiler, and says so: bad surroundings, no pass', async () => {
    const args = ['run', 'scenarios/healthy/every-task-resumes.yaml', '--backend', 'native'];
    const { code, stdout } = await run(process.execPath, [...PROGRAM, ...args], {
      env: { ...env(), PATH: cache.path },
    });
    assert.equal(code, 2, stdout);
    assert.match(stdout, /no C compiler/);
    assert.doesNotMatch(stdout, /[1-9]\d* (passed|passing)/);
  });
});
