/** Known defects of some versions of CRIU: `violates: [{ property, versions }]`. */
import assert from 'node:assert/strict';
import { KNOWN_NAMES } from '../../src/index.ts';
import { underVersion } from '../../src/injector/judge.ts';
import { isInRange, isRange } from '../../src/model/version-range.ts';
import { parseScenarios, writeScenario } from '../../src/scenario/index.ts';

const load = (expect: string) =>
  parseScenarios(`scenario: A\ntree: { pid: 100 }\ncriu: {}\nexpect: ${expect}\n`, 'a.yaml', KNOWN_NAMES);

describe('a range of versions', () => {
  const holds: Record<string, [inside: string[], outside: string[]]> = {
    '<4.2': [
      ['4.1.1', '4.1', '3.19'],
      ['4.2', '4.2.1', '5.0'],
    ],
    '<=4.1.1': [
      ['4.1.1', '4.1'],
      ['4.1.2', '4.2'],
    ],
    '>4.1': [
      ['4.1.1', '4.2'],
      ['4.1', '4.0.9'],
    ],
    '>=4.0 <4.2': [
      ['4.0', '4.1.9'],
      ['3.19', '4.2'],
    ],
    '4.1': [
      ['4.1', '4.1.1', '4.1.99'],
      ['4.2', '4.10', '4'],
    ],
    '=4.1': [['4.1', '4.1.0'], ['4.1.1']],
    '<4.1 || >=4.3': [
      ['4.0', '4.3', '5'],
      ['4.1', '4.2.1'],
    ],
  };

  for (const [range, [inside, outside]] of Object.entries(holds)) {
    it(`${range} has ${inside.join(', ')}, and not ${outside.join(', ')}`, () => {
      assert.ok(isRange(range));
      for (const version of inside) assert.ok(isInRange(version, range), version);
      for (const version of outside) assert.ok(!isInRange(version, range), version);
    });
  }

  it('has no text that is no version, and takes a version with words behind it', () => {
    assert.ok(!isInRange('unknown', '>=0'));
    assert.ok(isInRange('4.1.1-2 (gitid 0)', '<4.2'));
  });

  it('is nothing else', () => {
    for (const text of ['', 'four', '<', '~4.2', '4.x', '<4.2 ||', '>= 4.2']) assert.ok(!isRange(text), text);
  });
});

describe('a known defect of some versions', () => {
  const EXPECT = '{ violates: [{ property: criu-never-crashes, versions: "<4.2" }, dumped-tree-is-gone] }';

  it('has to show with those, and is judged as always with the others', () => {
    const { cases, diagnostics } = load(EXPECT);
    assert.deepEqual(diagnostics, []);
    const violates = (version?: string) => underVersion(cases[0]!, version).expect.violates;
    assert.deepEqual(violates('4.1.1'), ['criu-never-crashes', 'dumped-tree-is-gone']);
    assert.deepEqual(violates('4.2'), ['dumped-tree-is-gone']);
    assert.deepEqual(violates(), ['dumped-tree-is-gone'], 'no version that could have the defect');
  });

  it('may show only with those, where it need not', () => {
    const { cases } = load('{ may-violate: [{ property: criu-never-crashes, versions: ">=4.2" }] }');
    assert.deepEqual(underVersion(cases[0]!, '4.1').expect.mayViolate, []);
    assert.deepEqual(underVersion(cases[0]!, '4.2').expect.mayViolate, ['criu-never-crashes']);
  });

  it('is written as it was read', () => {
    const [c] = load(EXPECT).cases;
    const [again] = parseScenarios(writeScenario(c!), 'a.yaml', KNOWN_NAMES).cases;
    assert.deepEqual(again!.expect, c!.expect);
  });

  it('is refused where it is no property, or no range', () => {
    assert.equal(load('{ violates: [{ property: criu-never-crashs, versions: "<4.2" }] }').diagnostics.length, 1);
    assert.equal(load('{ violates: [{ property: criu-never-crashes, versions: new }] }').diagnostics.length, 1);
    assert.equal(load('{ violates: [{ property: criu-never-crashes }] }').diagnostics.length, 1);
  });
});
