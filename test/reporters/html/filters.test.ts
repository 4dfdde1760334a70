import assert from 'node:assert/strict';
import {
  addHeadings,
  choices,
  EVERYTHING,
  type Filter,
  listDefects,
  nameVerdict,
  select,
} from '../../../reporters/html/filters.ts';
import type { IndexEntry } from '../../../reporters/html/format.ts';
import { formatRoute, nameCases, parseRoute } from '../../../reporters/html/route.ts';

function entry(more: Partial<IndexEntry>): IndexEntry {
  return {
    title: 'a case',
    values: '',
    result: 'pass',
    file: 'scenarios/x.yaml',
    line: 1,
    tags: [],
    backend: 'simulated',
    protocol: 'series',
    violated: [],
    known: [],
    defect: '',
    state: '',
    duration: 1,
    ...more,
  };
}

const cases = [
  entry({ title: 'zero', duration: 5 }),
  entry({ title: 'one', result: 'fail', violated: ['first-error-wins'], tags: ['ptrace'] }),
  entry({ title: 'two', result: 'skip', backend: 'native', duration: 9 }),
  entry({ title: 'three', known: ['no-task-left-waiting'], file: 'scenarios/ptrace/y.yaml' }),
];

const found = (filter: Partial<Filter>): number[] => select(cases, { ...EVERYTHING, order: 'as run', ...filter });

describe('filters of the overview', () => {
  it('find by verdict, backend, tag, property and protocol', () => {
    assert.deepEqual(found({}), [0, 1, 2, 3]);
    assert.deepEqual(found({ verdict: 'fail' }), [1]);
    assert.deepEqual(found({ verdict: 'known' }), [3]);
    assert.deepEqual(found({ verdict: 'pass' }), [0]);
    assert.deepEqual(found({ backend: 'native' }), [2]);
    assert.deepEqual(found({ tag: 'ptrace' }), [1]);
    assert.deepEqual(found({ property: 'no-task-left-waiting' }), [3]);
    assert.deepEqual(found({ protocol: 'hardened' }), []);
  });

  it('search all words, in any case, anywhere', () => {
    assert.deepEqual(found({ text: 'PTRACE' }), [1, 3]);
    assert.deepEqual(found({ text: 'ptrace three' }), [3]);
    assert.deepEqual(found({ text: 'first-error' }), [1]);
    assert.deepEqual(found({ text: 'no such thing' }), []);
  });

  it('order by failures, by run, by time', () => {
    assert.deepEqual(
      found({ order: 'failures first' }).map((i) => nameVerdict(cases[i]!)),
      ['fail', 'known', 'skip', 'pass'],
    );
    assert.deepEqual(found({ order: 'slowest first' }), [2, 0, 1, 3]);
  });

  it('put cases of one defect below one heading, new defects first', () => {
    const of = (defect: string, state: IndexEntry['state']) => entry({ result: 'fail', defect, state });
    const list = [of('A', 'known'), of('B', 'new'), entry({}), of('A', 'known'), of('C', 'new'), of('B', 'new')];
    const shown = select(list, EVERYTHING);
    assert.deepEqual(shown, [1, 5, 4, 0, 3, 2]);
    const headings = addHeadings(list, shown, 'failures first').flatMap((item) =>
      typeof item === 'number' ? [] : [[item.defect, item.cases, item.first]],
    );
    assert.deepEqual(headings, [
      ['B', 2, 1],
      ['C', 1, 4],
      ['A', 2, 0],
      ['', 1, 2],
    ]);
    assert.deepEqual(addHeadings(list, shown, 'slowest first'), shown);
    assert.deepEqual(addHeadings(cases, [0, 1], 'failures first'), [0, 1]);
  });

  it('list the defects: those to be looked at first, each with its cases, those that fail, and the first of these', () => {
    const of = (defect: string, state: IndexEntry['state'], result: IndexEntry['result']) =>
      entry({ result, defect, state });
    const list = [
      of('A', 'known', 'pass'),
      of('A', 'known', 'fail'),
      of('A', 'known', 'pass'),
      of('B', 'fixed', 'fail'),
      entry({}),
      of('C', 'new', 'fail'),
      of('C', 'new', 'fail'),
    ];
    const found = listDefects(list, [...list.keys()]).map((one) => [one.defect, one.cases, one.failed, one.first]);
    assert.deepEqual(found, [
      ['C', 2, 2, 5],
      ['B', 1, 1, 3],
      ['A', 3, 1, 1],
    ]);
    assert.deepEqual(select(list, { ...EVERYTHING, order: 'by defect' }), [5, 6, 3, 0, 1, 2, 4]);
  });

  it('offer what there is, most frequent first', () => {
    assert.deepEqual(
      choices(cases, (c) => [c.backend]),
      [
        ['simulated', 3],
        ['native', 1],
      ],
    );
  });
});

describe('the address of the page', () => {
  const names = nameCases(cases);

  it('keeps what is shown', () => {
    const route = { filter: { ...EVERYTHING, text: 'a & b = c #', tag: 'ptrace' }, open: 2, played: 3 };
    assert.deepEqual(parseRoute(formatRoute(route, names), names), route);
    assert.deepEqual(parseRoute('', names), { filter: EVERYTHING });
    assert.deepEqual(parseRoute('#case=-1&step=x', names), { filter: EVERYTHING });
  });

  it('names a case as every report that has it does, wherever it is there', () => {
    const link = formatRoute({ filter: EVERYTHING, open: 1, played: 3 }, names);
    const other = nameCases([cases[3]!, entry({ title: 'another' }), cases[1]!]);
    assert.deepEqual(parseRoute(link, other), { filter: EVERYTHING, open: 2, played: 3 });
    const without = parseRoute(link, nameCases([cases[0]!]));
    assert.equal(without.open, undefined, 'and no other case in a report that does not have it');
  });

  it('distinguishes cases by project, backend and protocol, and numbers those with one name', () => {
    const same = { title: 'same' };
    const several = [
      entry(same),
      entry(same),
      entry({ ...same, backend: 'native' }),
      entry({ ...same, protocol: 'hardened' }),
      entry({ ...same, project: 'old' }),
    ];
    const all = nameCases(several);
    assert.equal(new Set(all.names).size, several.length);
    for (const open of several.keys())
      assert.equal(parseRoute(formatRoute({ filter: EVERYTHING, open }, all), all).open, open);
  });

  it('takes a number for the place of a case in this report', () => {
    assert.equal(parseRoute('#case=1', names).open, 1);
    assert.equal(parseRoute('#case=4', names).open, undefined);
  });
});
