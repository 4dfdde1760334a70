import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { findBucket, isNew, type Signature } from '../../src/model/signature.ts';
import { findDefectsFile, loadDefects, parseDefects, updateDefects } from '../../src/scenario/defects.ts';
import { findScenarioFiles, loadScenarioFileSync } from '../../src/scenario/index.ts';
import { defectsSchema } from '../../src/scenario/schema/json-schema.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';

const PROPERTIES = KNOWN_NAMES.properties;
const SHIPPED = path.join(ROOT, 'scenarios/criu/mktrouble.known.yaml');
const FILE = `version: 1
defects:
  # looked at in May
  past-the-end:
    title: Healthy restart reads past the end of pids_arr
    state: known
    signatures:
      - { property: no-kernel-defect, place: get_active_pid, shape: out-of-bounds }
`;

/** `line:column` and message of each diagnostic. */
function mistakes(text: string): string[] {
  return parseDefects(text, 'k.yaml', PROPERTIES).diagnostics.map((d) => `${d.line}:${d.column} ${d.message}`);
}

describe('mktrouble.known.yaml', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('is read into defects, and accepted by its JSON Schema', () => {
    const { defects, diagnostics } = parseDefects(FILE, 'k.yaml', PROPERTIES);
    assert.deepEqual(diagnostics, []);
    assert.equal(defects[0]?.name, 'past-the-end');
    const validate = new Ajv({ strict: false }).compile(defectsSchema(KNOWN_NAMES));
    for (const text of [FILE, readFileSync(SHIPPED, 'utf8')])
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
    assert.ok(!validate(parse(FILE.replace('state: known', 'state: maybe'))));
  });

  for (const [what, text, place] of [
    ['a state that does not exist', FILE.replace('state: known', 'state: maybe'), '6:12'],
    ['a property that does not exist', FILE.replace('no-kernel-defect', 'no-kernel-defects'), '8:21'],
    ['an unknown key', FILE.replace('title:', 'titel: x\n    title:'), '5:5'],
    ['a name with spaces', FILE.replace('past-the-end', 'past the end'), '5:'],
    [
      'a signature of two defects',
      `${FILE}${FILE.split('# looked at in May\n')[1]!.replace('past-the-end', 'other')}`,
      '13:9',
    ],
    ['no text', '', '1:1'],
  ] as const)
    it(`reports ${what} with its place`, () => {
      const reported = mistakes(text);
      assert.ok(
        reported.some((one) => one.startsWith(place)),
        reported.join('\n'),
      );
    });

  it('is no scenario file, and is found from the folders below it', () => {
    folder.write('mktrouble.known.yaml', FILE);
    folder.write('deep/er/a.yaml', 'scenario: A\ntree: { pid: 100 }\n');
    assert.deepEqual(
      findScenarioFiles([folder.path]).map((file) => path.basename(file)),
      ['a.yaml'],
    );
    assert.equal(findDefectsFile(path.join(folder.path, 'deep/er')), path.join(folder.path, 'mktrouble.known.yaml'));
  });

  it('is updated without a change of anything else, comments included', () => {
    const [known] = parseDefects(FILE, 'k.yaml', PROPERTIES).defects;
    const added = { ...known!, name: 'other', signatures: [{ property: 'ghosts-exit', place: 'ghost', shape: '' }] };
    const text = updateDefects(FILE, { added: [added], states: new Map([['past-the-end', 'fixed']]) });
    assert.match(text, /# looked at in May/);
    const { defects, diagnostics } = parseDefects(text, 'k.yaml', PROPERTIES);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(
      defects.map(({ name, state }) => [name, state]),
      [
        ['past-the-end', 'fixed'],
        ['other', 'known'],
      ],
    );
  });

  it('counts findings as new when no defect has their signature, or one that was marked fixed', () => {
    const { defects } = parseDefects(FILE, 'k.yaml', PROPERTIES);
    const [signature] = defects[0]!.signatures;
    const states = (['new', 'known', 'flaky', 'fixed'] as const).map((state) =>
      isNew(findBucket(signature!, [{ ...defects[0]!, state }])),
    );
    assert.deepEqual(states, [true, false, false, true]);
    assert.ok(isNew(findBucket({ ...signature!, place: 'elsewhere' }, defects)));
  });

  it('of the CRIU suite has few defects, all reviewed, and every finding of docs/criu-findings.md', () => {
    const { defects, diagnostics } = loadDefects(SHIPPED, PROPERTIES);
    assert.deepEqual(diagnostics, []);
    assert.ok(defects.length > 0 && defects.length <= 80);
    assert.ok(defects.every(({ state }) => state !== 'new'));
    const reported = defects.map(({ title, note = '' }) => `${title}; ${note}`).join('; ');
    const page = readFileSync(path.join(ROOT, 'docs/criu-findings.md'), 'utf8');
    const titles = [...page.matchAll(/^\| [\d.]+ \| ([^|]+) \|/gm)].map(([, title]) => title!);
    assert.ok(titles.length > 50);
    assert.deepEqual(
      titles.filter((title) => !reported.includes(title)),
      [],
    );
  });
});

describe('the signatures of the CRIU suite', () => {
  /** How a call or a process ends: words that many defects share. */
  const END =
    /^(success|error|hang|stays|no answer|wrong result|(CRIU|a restorer|a child of CRIU) crashes( by SIG\w+)?)$/;
  /** Whether a signature has neither a file of CRIU's source, nor what was done to it, nor what differs. */
  const isWide = ({ place, shape }: Signature): boolean =>
    !place.endsWith('.c') && shape.split(', ').every((part) => END.test(part));

  it('say more than the call and how it ended: a signature that any crash or hang has is of no defect', () => {
    const { defects } = loadDefects(SHIPPED, PROPERTIES);
    const wide = defects.flatMap(({ name, signatures }) => (signatures.some(isWide) ? [name] : []));
    assert.deepEqual(wide, []);
    for (const shape of ['hang', 'a restorer crashes by SIGSEGV', 'error'])
      assert.ok(isWide({ property: 'criu-never-crashes', place: 'restore', shape }), shape);
  });
});

describe('violates: { property, defect }', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const scenario = (name: string) =>
    `scenario: A\ntree: { pid: 100 }\nexpect: { violates: [{ property: no-kernel-defect, defect: ${name} }] }\n`;

  it('takes the signatures from the nearest file; a name that is not there is reported, with the nearest one', () => {
    folder.write('mktrouble.known.yaml', FILE);
    const file = folder.write('s/a.yaml', scenario('past-the-end'));
    const { cases } = loadScenarioFileSync(file, KNOWN_NAMES);
    assert.equal(cases[0]?.expect.defects?.['no-kernel-defect']?.name, 'past-the-end');
    const wrong = folder.write('s/b.yaml', scenario('past-the-ent'));
    const [mistake] = loadScenarioFileSync(wrong, KNOWN_NAMES).diagnostics;
    assert.equal(mistake?.line, 3);
    assert.match(mistake?.hint ?? '', /past-the-end/);
  });
});
