/** Fault verbs and image editors of one's own: what is wrong with a module, what a scenario may say of it, and when it fires. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { editedByOwn, NoSuchImage, type OwnImageEditor } from '../../src/backends/criu/images/own.ts';
import type { OwnFault } from '../../src/backends/own-fault.ts';
import { OwnFaults } from '../../src/backends/own-faults.ts';
import { isMistake } from '../../src/config/own-backend.ts';
import { readFaultModule } from '../../src/injector/fault-module.ts';
import { readImageEditorModule } from '../../src/injector/image-editor-module.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import type { Case } from '../../src/model/case.ts';
import { momentsIn } from '../../src/model/own-moments.ts';
import { parseScenarios, writeScenario } from '../../src/scenario/index.ts';
import { exampleFiles } from '../support/examples.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

const UNPLUG: OwnFault & { readonly moments: Readonly<Record<string, string>> } = {
  contract: 1,
  name: 'unplug',
  statement: 'Unplugs.',
  backends: ['mine'],
  moments: { 'after-save': 'saved', 'before-load': 'gone' },
  words: {
    seconds: { type: 'number', least: 1, most: 60, statement: 'how long' },
    how: { type: 'text', choices: ['hard', 'soft'], statement: 'how', optional: true },
    again: { type: 'flag', statement: 'twice', optional: true },
  },
  fire: () => true,
};
const HITS: typeof UNPLUG = { ...UNPLUG, name: 'hits', targets: 'required', words: {} };
const MISSES: typeof UNPLUG = { ...UNPLUG, name: 'misses', targets: 'none', words: {} };
const EDITOR: OwnImageEditor = {
  contract: 1,
  name: 'flip',
  statement: 'Flips.',
  words: { byte: { type: 'number', statement: 'which' } },
  edit: (images) => new Map([['core-1', Uint8Array.of(images.get('core-1')![0]! ^ 0xff)]]),
};
const known = { ...KNOWN_NAMES, faultVerbs: [UNPLUG, HITS, MISSES], imageEditors: [EDITOR] };

const scenario = (fault: string) =>
  `scenario: A\ntree: { pid: 100, children: [{ pid: 101 }] }\nfaults:\n  - ${fault}\n`;
const edits = (edit: string) => `scenario: A\ntree: { pid: 100 }\ncriu:\n  images: ${edit}\n`;
const read = (text: string): Case => {
  const { cases, diagnostics } = parseScenarios(text, 'a.yaml', known);
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
};

describe('a fault verb of one’s own', () => {
  const WHEN = 'when: { moment: after-save }';

  it('has its words in the case, and the case is written as it was read', () => {
    const c = read(
      scenario(`{ own: unplug, to: 101, with: { seconds: 3, how: soft, again: true }, times: 2, ${WHEN} }`),
    );
    assert.deepEqual(c.faults[0]!.own, {
      verb: 'unplug',
      with: { seconds: 3, how: 'soft', again: true },
      backends: ['mine'],
    });
    assert.equal(c.faults[0]!.name, 'unplug-1');
    const without = ({ faults }: Case) => faults.map(({ position: _, ...fault }) => fault);
    assert.deepEqual(without(read(writeScenario(c))), without(c));
  });

  for (const [what, fault, message] of [
    [
      'an unknown verb',
      `{ own: unplugg, ${WHEN} }`,
      /4:12: error: unknown fault verb unplugg[\s\S]*did you mean unplug\?/,
    ],
    ['an unknown word', `{ own: unplug, with: { second: 3 }, ${WHEN} }`, /unknown word of unplug second/],
    ['a word that is missing', `{ own: unplug, ${WHEN} }`, /seconds is missing: how long[\s\S]*from 1 to 60/],
    ['a number out of range', `{ own: unplug, with: { seconds: 99 }, ${WHEN} }`, /4:37: error: seconds cannot be 99/],
    ['a word of another type', `{ own: unplug, with: { seconds: three }, ${WHEN} }`, /seconds cannot be "three"/],
    ['another choice', `{ own: unplug, with: { seconds: 3, how: sof }, ${WHEN} }`, /hard, soft/],
    ['words where it takes none', `{ own: misses, with: { a: 1 }, ${WHEN} }`, /misses takes no words/],
    ['no moment', '{ own: misses }', /misses fires at a moment of its own[\s\S]*after-save, before-load/],
    ['a moment of others', '{ own: misses, when: any }', /fires at a moment of its own/],
    ['an unknown moment', '{ own: misses, when: { moment: after-saves } }', /did you mean after-save\?/],
    ['a moment of its own for another verb', '{ kill: 101, when: { moment: after-save } }', /moment belongs to own/],
    ['words for another verb', '{ kill: 101, with: { a: 1 } }', /with belongs to own/],
    ['a target where it has none', `{ own: misses, to: 101, ${WHEN} }`, /misses hits no task/],
    ['no target where it needs one', `{ own: hits, ${WHEN} }`, /to is missing/],
    ['a target that is no task', `{ own: hits, to: 999, ${WHEN} }`, /unknown task 999/],
  ] as const)
    it(`${what} is a mistake with its place`, () => {
      const { cases, diagnostics } = parseScenarios(scenario(fault), 'a.yaml', known);
      assert.deepEqual(cases, []);
      const text = diagnostics
        .map(
          ({ line, column, severity, message: m, expected, hint }) =>
            `${line}:${column}: ${severity}: ${m} ${expected} ${hint}`,
        )
        .join('\n');
      assert.match(text, message);
    });

  describe('on a backend that ships', () => {
    const criu: typeof UNPLUG = {
      ...MISSES,
      name: 'on-criu',
      backends: ['criu', 'oci'],
      moments: momentsIn(['criu', 'oci']),
    };
    for (const [what, section, moment, message] of [
      [
        'a stage that a tree of the host never reaches',
        'criu: {}',
        'setup-namespaces',
        /never reached: .*no namespaces to set up/,
      ],
      [
        'a stage after one at which the action script fails',
        'criu: { script-fails: pre-dump }',
        'post-dump',
        /never reached/,
      ],
      ['a misspelt stage', 'criu: {}', 'post-dmp', /unknown moment .* did you mean post-dump\?/],
      [
        'a moment of the other backend',
        'criu: {}',
        'before-pause',
        /never reached: criu has only before-dump, pre-dump/,
      ],
      ['a call that is not made', 'runtime: { name: runc }', 'before-pause', /never reached: rounds has no pause/],
      [
        'a stage for a runtime',
        'runtime: { name: runc }',
        'post-dump',
        /never reached: oci has only before-checkpoint/,
      ],
    ] as const)
      it(`${what} is a mistake`, () => {
        const text = `${scenario(`{ own: on-criu, when: { moment: ${moment} } }`)}${section}\n`;
        const { cases, diagnostics } = parseScenarios(text, 'a.yaml', { ...known, faultVerbs: [criu] });
        assert.deepEqual(cases, []);
        assert.deepEqual([diagnostics[0]!.line, diagnostics.length], [4, 1]);
        const { message: text2, expected, hint } = diagnostics[0]!;
        assert.match(`${text2} ${expected} ${hint}`, message);
      });
  });

  it('fires at its moment, as often as it is to, and what is after it follows', async () => {
    const seen: unknown[] = [];
    const fire: OwnFault['fire'] = ({ fault, moment, with: values }, scene) => {
      seen.push([fault.name, moment, values, scene]);
      return fault.name !== 'never';
    };
    const c = read(`scenario: A
tree: { pid: 100, children: [{ pid: 101 }] }
faults:
  - { own: unplug, with: { seconds: 3 }, name: first, ${WHEN} }
  - { own: hits, to: [100, 101], name: second, when: { after: first } }
  - { own: misses, name: never, ${WHEN} }
  - { own: misses, name: later, when: { moment: before-load } }
`);
    const faults = new OwnFaults(
      c,
      [UNPLUG, HITS, MISSES].map((one) => ({ ...one, fire })),
    );
    const events = [...(await faults.at('after-save', 'scene')), ...(await faults.at('after-save', 'scene'))];
    assert.deepEqual(
      events.map(({ fault, verb, target }) => [fault, verb, target]),
      [
        ['first', 'unplug', undefined],
        ['second', 'hits', 100],
        ['second', 'hits', 101],
      ],
    );
    assert.deepEqual(seen[0], ['first', 'after-save', { seconds: 3 }, 'scene']);
    assert.deepEqual(faults.fired, ['first', 'second']);
    assert.throws(() => new OwnFaults(c, [UNPLUG]), /hits is not loaded/);
    const silent = new OwnFaults(c, [{ ...UNPLUG, fire: (() => undefined) as never }, HITS, MISSES]);
    await assert.rejects(silent.at('after-save', undefined), /did not answer/);
    const waits = new OwnFaults(c, [{ ...UNPLUG, fire: () => new Promise(() => {}) }, HITS, MISSES], 10);
    await assert.rejects(waits.at('after-save', undefined), /unplug has not ended 0\.01 s after after-save/);
  });
});

describe('an image editor of one’s own', () => {
  it('has its words in the case, and the case is written as it was read', () => {
    const c = read(edits('[{ edit: flip, with: { byte: 3 }, optional: true }, { file: core-1, truncate: 0 }]'));
    assert.deepEqual(c.criu!.images[0], { kind: 'edit', editor: 'flip', with: { byte: 3 }, optional: true });
    assert.deepEqual(read(writeScenario(c)).criu, c.criu);
  });

  for (const [what, edit, message] of [
    ['an unknown editor', '{ edit: flop, with: { byte: 3 } }', /unknown image editor flop flip did you mean flip\?/],
    ['a word that is missing', '{ edit: flip }', /byte is missing: which/],
    ['two changes in one', '{ edit: flip, with: { byte: 3 }, missing: true }', /exactly one of/],
    ['a file', '{ edit: flip, with: { byte: 3 }, file: core-1 }', /edit itself chooses/],
    ['words without it', '{ file: core-1, missing: true, with: { byte: 3 } }', /with belongs to edit/],
  ] as const)
    it(`${what} is a mistake`, () => {
      const { cases, diagnostics } = parseScenarios(edits(edit), 'a.yaml', known);
      assert.deepEqual(cases, []);
      assert.match(diagnostics.map(({ message: m, expected, hint }) => `${m} ${expected} ${hint}`).join('\n'), message);
    });

  it('changes, removes, and leaves the images as they were', () => {
    const images = new Map([
      ['core-1', Uint8Array.of(1)],
      ['mm-1', Uint8Array.of(2)],
    ]);
    const change = (edit: OwnImageEditor['edit']) => editedByOwn(images, { ...EDITOR, edit }, {});
    const { images: made, changed } = editedByOwn(images, EDITOR, { byte: 0 });
    assert.deepEqual([made.get('core-1'), changed], [Uint8Array.of(0xfe), ['core-1']]);
    assert.deepEqual([...change(() => new Map([['mm-1', undefined]])).images.keys()], ['core-1']);
    // What an editor does to what it gets changes nothing.
    assert.throws(() => change((all) => new Map(all.get('mm-1')!.fill(9) && [])), NoSuchImage);
    assert.throws(() => change(() => new Map([['mm-1', Uint8Array.of(2)]])), /changes nothing/);
    assert.throws(() => change(() => new Map([['none', Uint8Array.of(2)]])), /none, which is no image/);
    assert.throws(() => change(() => new Map([['mm-1', 'x' as never]])), /no bytes for mm-1/);
    assert.throws(() => change((() => []) as never), /no Map/);
    assert.deepEqual(images.get('mm-1'), Uint8Array.of(2));
  });
});

describe('modules of fault verbs and image editors', () => {
  const FAULT = `export default { contract: 1, name: 'mine', statement: 'It.', backends: ['own'], moments: { a: 'b' }, fire: () => true };\n`;
  const IMAGE = `export default { contract: 1, name: 'mine', statement: 'It.', edit: () => new Map() };\n`;
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({ ...exampleFiles('fault'), ...exampleFiles('image-editor') });
  });
  after(() => folder.remove());
  const at = (name: string) => path.join(folder.path, name);

  it('are the examples', () => {
    for (const module of [readFaultModule(at('lose-record.ts')), readImageEditorModule(at('orphaned.ts'))])
      assert.ok(!isMistake(module), JSON.stringify(module));
  });

  it('have the moments of backends that ship by themselves, and their place', () => {
    folder.write('ships.mjs', FAULT.replace("['own'], moments: { a: 'b' }", "['criu', 'oci']"));
    const module = readFaultModule(at('ships.mjs'));
    assert.ok(!isMistake(module), JSON.stringify(module));
    for (const moment of ['before-dump', 'post-resume', 'before-delete', 'during-restore'])
      assert.ok(module.moments[moment], moment);
    assert.deepEqual([module.file, module.place], [at('ships.mjs'), `${at('ships.mjs')}:1`]);
  });

  it('get the modules of Node as they name them', () => {
    folder.write('path.mjs', `import path from 'node:path';\n${FAULT.replace("'It.'", "path.join('It', 'is.')")}`);
    const module = readFaultModule(at('path.mjs'));
    assert.ok(!isMistake(module), JSON.stringify(module));
    assert.equal(module.statement, 'It/is.');
  });

  const wrong: readonly (readonly [(file: string) => object, text: string, was: string, is: string, why: RegExp])[] = [
    [readFaultModule, FAULT, 'contract: 1', 'contract: 2', /version 2 of the contract/],
    [readFaultModule, FAULT, "'mine'", "'kill'", /kill is that of a fault of mktrouble/],
    [readFaultModule, FAULT, "'mine'", "'Mine'", /no name/],
    [readFaultModule, FAULT, "statement: 'It.',", '', /no `statement`/],
    [readFaultModule, FAULT, "['own']", '[]', /no backends/],
    [readFaultModule, FAULT, "['own']", "['native']", /native, which has no moments for it: criu and oci have/],
    [
      readFaultModule,
      FAULT,
      "['own'], moments: { a: 'b' }",
      "['criu'], moments: { 'post-dmp': '' }",
      /criu has no moment post-dmp, did you mean post-dump\? it has before-dump, pre-dump/,
    ],
    [
      readFaultModule,
      FAULT,
      "['own'], moments: { a: 'b' }",
      "['oci'], moments: { 'post-dump': '' }",
      /oci has no moment post-dump; it has before-checkpoint/,
    ],
    [readFaultModule, FAULT, "moments: { a: 'b' },", '', /no moments/],
    [readFaultModule, FAULT, "{ a: 'b' }", '{}', /no moments/],
    [readFaultModule, FAULT, "{ a: 'b' }", "{ 'a b': 'c' }", /moment "a b"/],
    [readFaultModule, FAULT, "{ a: 'b' }", "{ a: 'b' }, targets: 'one'", /targets/],
    [readFaultModule, FAULT, "{ a: 'b' }", "{ a: 'b' }, words: { x: { type: 'int' } }", /word x has no type/],
    [readFaultModule, FAULT, "{ a: 'b' }", "{ a: 'b' }, words: { x: { type: 'flag' } }", /x has no statement/],
    [readFaultModule, FAULT, "{ a: 'b' }", "{ a: 'b' }, words: { X: {} }", /word "X"/],
    [readFaultModule, FAULT, 'fire:', 'fires:', /no function `fire`/],
    [readImageEditorModule, IMAGE, 'contract: 1', 'contract: 2', /version 2 of the contract/],
    [readImageEditorModule, IMAGE, "statement: 'It.',", '', /no `statement`/],
    [readImageEditorModule, IMAGE, 'edit:', 'words: 1, edit:', /words/],
    [readImageEditorModule, IMAGE, 'edit:', 'edits:', /no function `edit`/],
  ];
  for (const [i, [load, text, was, is, why]] of wrong.entries())
    it(`that are none say why: ${why.source}`, () => {
      assert.ok(text.includes(was), was);
      folder.write(`wrong-${i}.mjs`, text.replace(was, is));
      const found = load(at(`wrong-${i}.mjs`)) as { readonly message?: string; readonly hint?: string };
      assert.match(found.message ?? 'none', why);
      assert.match(found.hint ?? '', /docs\/extending\.md/);
    });
});
