/** Every finding of the CRIU suite, exported in each format: a shell and a compiler accept what they are given. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { CannotExport, type ExportedFinding } from '../../reporters/export/finding.ts';
import { writeMail } from '../../reporters/export/mailing-list.ts';
import { writeCProgram, writeShellScript } from '../../reporters/export/script.ts';
import { writeZdtm } from '../../reporters/export/zdtm.ts';
import { examine, findNamed } from '../../src/cli/export.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import type { Case } from '../../src/model/case.ts';
import { explainProperty } from '../../src/properties/index.ts';
import { loadScenarios } from '../../src/scenario/index.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ZDTM_HEADER } from '../support/zdtm.ts';

/** The first case of each scenario of the suite that shows a defect, as `export` has it where CRIU is missing. */
function listFindings(): ExportedFinding[] {
  const first = new Map<string, Case>();
  for (const c of loadScenarios(['scenarios/criu'], KNOWN_NAMES).cases) {
    const key = `${c.position.file} ${c.scenario}`;
    if (c.expect.violates.length > 0 && !c.tags.includes('mutations') && !first.has(key)) first.set(key, c);
  }
  return [...first.values()].map((c) => {
    const rules = c.expect.violates.flatMap((name) => explainProperty(name) ?? []);
    const byName = (text: (rule: (typeof rules)[number]) => string) =>
      Object.fromEntries(rules.map((rule) => [rule.name, text(rule)]));
    return {
      title: c.scenario,
      case: c,
      violates: rules.map(({ name }) => name),
      statements: byName(({ title }) => title),
      sources: byName(({ source }) => source),
    };
  });
}

/** Undefined where the format cannot express the finding. */
function exportAs(write: (finding: ExportedFinding) => string, finding: ExportedFinding): string | undefined {
  try {
    return write(finding);
  } catch (error) {
    if (error instanceof CannotExport) return undefined;
    throw error;
  }
}

/** The C program in a shell script. */
function embedded(script: string): string {
  return /<<'EOC'[^\n]*\n(.*?)^EOC$/ms.exec(script)![1]!;
}

describe('the exports of all findings', function () {
  this.timeout(240_000);
  this.slow(60_000);
  let folder: Folder;
  let findings: ExportedFinding[];

  before(() => {
    folder = temporaryFolder({ 'zdtmtst.h': ZDTM_HEADER });
    findings = listFindings();
    assert.ok(findings.length > 50);
  });
  after(() => folder?.remove());

  const isHere = (program: string): boolean => spawnSync(program, ['-c', ':']).error === undefined;
  const compile = (name: string, text: string, ...words: string[]): void => {
    const file = folder.write(`${name}.c`, text);
    const { status, stderr } = spawnSync('cc', ['-Wall', '-Werror', '-fsyntax-only', ...words, file], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, `${name}\n${stderr}`);
  };
  const needCompiler = (test: Mocha.Context): void => {
    if (spawnSync('cc', ['--version']).error === undefined) return;
    console.log('      skipped: there is no C compiler (cc) here');
    test.skip();
  };

  it('are shell scripts without a mistake', () => {
    const shells = ['sh', 'dash', 'bash'].filter(isHere);
    const refused: string[] = [];
    for (const finding of findings) {
      const script = exportAs(writeShellScript, finding);
      if (script === undefined) {
        refused.push(finding.title);
        continue;
      }
      const file = folder.write('it.sh', script);
      for (const shell of shells) {
        const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
        assert.equal(status, 0, `${finding.title}\n${shell}: ${stderr}`);
      }
    }
    // A freezer is written to while the dump runs; a request is a program that speaks protobuf.
    // The program of a tree makes no user namespace, as one of the suite does: `unshare` shows the same defect.
    assert.deepEqual(refused.sort(), [
      'A dump that freezes the cgroup of a stopped task hangs in the kernel, and leaves the cgroup frozen',
      'A request to a page server, and one with a lazy-pages daemon',
      'Dump reports success for a tree with a user namespace only, and every restore fails',
    ]);
  });

  it('have C programs without a warning, alone and in the script', function () {
    needCompiler(this);
    for (const finding of findings) {
      const script = exportAs(writeShellScript, finding);
      const program = exportAs(writeCProgram, finding);
      assert.equal(script === undefined, program === undefined, finding.title);
      if (script !== undefined)
        compile(finding.title.slice(0, 60).replaceAll('/', '-'), embedded(script), '-D_GNU_SOURCE');
      if (program !== undefined) compile(finding.title.slice(0, 60).replaceAll('/', '-'), program);
    }
  });

  it('are tests of zdtm without a warning', function () {
    needCompiler(this);
    let written = 0;
    for (const finding of findings) {
      const program = exportAs((one) => writeZdtm(one).program, finding);
      if (program === undefined) continue;
      written += 1;
      compile('zdtm', program, `-I${folder.path}`);
    }
    assert.ok(written >= 5, `${written}`);
  });

  it('are mails whose fences and headings are in order', async () => {
    for (const number of [1, 3, 6, 12, 18, 25]) {
      const mail = writeMail(
        await examine(findNamed(`docs/findings.md#${number}`, undefined), {}, new AbortController().signal),
      );
      assert.match(mail, /^# \S/);
      assert.equal([...mail.matchAll(/^# /gm)].filter(({ index }) => !isFenced(mail, index)).length, 1);
      assert.equal([...mail.matchAll(/^```/gm)].length % 2, 0, mail);
      assert.doesNotMatch(mail, /\[object /);
    }
  });
});

function isFenced(text: string, at: number): boolean {
  return [...text.slice(0, at).matchAll(/^```/gm)].length % 2 === 1;
}
