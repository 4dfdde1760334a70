import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runCase } from '../../src/index.ts';
import { FAILURES } from '../../src/model/case.ts';
import { VERB_NAMES } from '../../src/scenario/schema/fault.ts';
import { backend, explore, judgeAgain, SUITE, suiteCases, suiteDocuments, suiteFiles, textOf } from './support.ts';

const SCHEMA_LINE = '# yaml-language-server: $schema=../../schema/scenario.schema.json\n';

/** Those that the protocol's description names. */
const ERRNOS = ['EPERM', 'ESRCH', 'EINTR', 'EIO', 'EBADF', 'ENOMEM', 'EBUSY', 'EINVAL'] as const;

describe('the suite that ships', function () {
  this.timeout(300_000);
  const readme = readFileSync(path.join(SUITE, 'README.md'), 'utf8');

  it('is completed and checked by editors: each file names the schema', () => {
    const schema = path.join(SUITE, 'folder', SCHEMA_LINE.trim().replace(/^.*=/, ''));
    assert.ok(existsSync(path.normalize(schema)));
    const without = suiteFiles().filter((file) => !textOf(file).startsWith(SCHEMA_LINE));
    assert.deepEqual(without, []);
  });

  it('says in each scenario why, and what it is about', () => {
    const silent = suiteDocuments().filter(({ written }) => !written['why'] || !written['tags'] || !written['expect']);
    assert.deepEqual(
      silent.map(({ file, written }) => `${file}#${written.scenario}`),
      [],
    );
  });

  it('has a page that names each of its files, and no other', () => {
    const named = new Set([...readme.matchAll(/\]\(([^)]+\.yaml)\)/g)].map(([, file]) => file!));
    assert.deepEqual([...named].sort(), suiteFiles().sort());
  });

  it('has each errno of the protocol as what a coordinator must end with, where its page says so', () => {
    const [, byErrno] = readme.split('## By errno');
    for (const errno of ERRNOS) {
      const row = byErrno!.split('\n').find((line) => line.startsWith(`| \`${errno}\``));
      assert.ok(row, `the page has no row for ${errno}`);
      for (const [, file] of row.matchAll(/\]\(([^)]+)\)/g)) {
        const cases = suiteCases().filter(({ position }) => position.file === file);
        assert.ok(
          cases.some(({ expect }) => expect.coordinator.includes(errno)),
          `${file} expects no ${errno}`,
        );
      }
    }
  });

  it('has every kind of fault', () => {
    const faults = suiteCases().flatMap((c) => c.faults);
    // A verb of a user's own is for a backend of the user's own: docs/examples/fault has a case.
    const verbs = VERB_NAMES.filter((verb) => verb !== 'own' && !faults.some((fault) => fault.verb === verb));
    const failures = Object.keys(FAILURES).filter((name) => !faults.some(({ failure }) => failure === name));
    const moments = ['any', 'start', 'task', 'coordinator', 'after'].filter(
      (kind) => !faults.some(({ when }) => when.kind === kind),
    );
    assert.deepEqual([verbs, failures, moments], [[], [], []]);
  });

  it('passes, with nothing skipped, and everything seen where it promises so', async () => {
    for (const c of suiteCases()) {
      const explored = await explore(c);
      const { status, violations } = judgeAgain(c, explored);
      assert.equal(status, 'pass', `${c.id}: ${JSON.stringify(violations)}`);
      assert.equal(explored.tried.complete, c.explore?.strategy === 'exhaustive', c.id);
    }
  });

  it('passes as a whole under hardened', async () => {
    for (const c of suiteCases()) {
      if (c.restart.protocol === 'hardened') continue;
      const { status, violations } = await runCase(c, { backend, protocol: 'hardened' });
      assert.equal(status, 'pass', `${c.id}: ${JSON.stringify(violations)}`);
    }
  });
});
