import assert from 'node:assert/strict';
import { parseReplay, replayName } from '../../src/injector/replay-file.ts';
import type { Verdict } from '../../src/record/verdict.ts';

const GOOD = `version: 1
property: no-kernel-defect
message: it breaks
protocol: series
scenario:
  scenario: two tasks
  tree: { pid: 100, children: [{ pid: 101 }] }
schedule:
  - "100: read"
`;

/** The text with one part replaced. */
const changed = (part: string, other: string): string => {
  assert.ok(GOOD.includes(part));
  return GOOD.replace(part, () => other);
};

describe('a replay file', () => {
  it('is read with its case and schedule', () => {
    const replay = parseReplay(GOOD, 'a.replay.yaml');
    assert.ok(typeof replay !== 'string');
    assert.equal(replay.case.tasks.length, 2);
    assert.deepEqual(replay.schedule, ['100: read']);
  });

  const mistakes: Readonly<Record<string, [string, string]>> = {
    'a mistake in its scenario': [changed('pid: 101', 'pid: -1'), 'a.replay.yaml:7:'],
    'an unknown key': [changed('message:', 'massage: x\nmessage:'), 'a.replay.yaml:3:1'],
    'an unknown protocol': [changed('series', 'serious'), 'a.replay.yaml:4:11'],
    'a number for a line of the schedule': [changed('"100: read"', '7'), 'a.replay.yaml:9:5'],
    'a step that is done too often': [changed('"100: read"', '"100: read x99999999"'), 'a.replay.yaml:9:5'],
    'a line of the schedule that is two': [changed('"100: read"', '"a\\nb"'), 'a.replay.yaml:9:5'],
    'a property that is a path': [changed('no-kernel-defect', '../../x'), 'a.replay.yaml:2:11'],
    'a type of its own': [changed('it breaks', '!!js/function "function () {}"'), 'a.replay.yaml:3:'],
    'a second document': [`${GOOD}---\n${GOOD}`, 'a.replay.yaml:'],
    'a scenario of several cases': [
      changed('pid: 101', `pid: "\${{ matrix.p }}"`).replace('  tree', '  matrix: { p: [101, 102] }\n  tree'),
      'a.replay.yaml:5:1',
    ],
    'no scenario': ['version: 1\n', 'a.replay.yaml:1:1'],
    'a scenario file': ['scenario: x\ntree: { pid: 100 }\n', 'a.replay.yaml:'],
    nothing: ['', 'a.replay.yaml:1:1'],
  };
  for (const [what, [text, place]] of Object.entries(mistakes)) {
    it(`with ${what} is reported with its position`, () => {
      const shown = parseReplay(text, 'a.replay.yaml');
      assert.ok(typeof shown === 'string' && shown.includes(place), JSON.stringify(shown));
    });
  }

  it('of 60,000 keys, of many levels or of many megabytes is refused without a hang', () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n');
    for (const text of [
      keys,
      `${'['.repeat(50_000)}`,
      `${'- '.repeat(100_000)}`,
      `a: "${'x'.repeat(5_000_000)}"`,
      `${GOOD}${'  - "100: read"\n'.repeat(120_000)}`,
    ])
      assert.equal(typeof parseReplay(text, 'a.replay.yaml'), 'string');
  });
});

describe('the name of a replay file', () => {
  const verdict = (id: string, title: string, more: Partial<Verdict> = {}): Verdict =>
    ({
      id,
      title,
      backend: 'simulated',
      protocol: 'series',
      violations: [{ property: 'turns-in-order', message: '' }],
      known: [],
      ...more,
    }) as unknown as Verdict;

  it('is another one for each case, file, backend, protocol and property, and always the same', () => {
    const long = 'x'.repeat(300);
    const all = [
      verdict('a.yaml:1', long),
      verdict('a.yaml:2', long),
      verdict('b.yaml:1', long),
      verdict('a.yaml:1', long, { backend: 'native' }),
      verdict('a.yaml:1', long, { protocol: 'patch' }),
      verdict('a.yaml:1', long, { violations: [{ property: 'threads-wait-for-group', message: '' }] }),
    ];
    assert.equal(new Set(all.map(replayName)).size, all.length);
    assert.deepEqual(all.map(replayName), all.map(replayName));
  });

  it('keeps letters of any script, and is a name on every file system', () => {
    assert.match(replayName(verdict('a', '日本語 ☃ Größe')), /^日本語-größe\.series\./);
    for (const title of ['🙂'.repeat(200), '日'.repeat(200), '../../etc/passwd', '...', '\u0000/\n']) {
      const name = replayName(verdict('a', title));
      assert.ok(Buffer.byteLength(name) <= 255 && !/^\.|[/\p{Control}]/u.test(name), name);
    }
  });
});
