/** Reduced and full searches of protocols that are drawn at random find the same ends. */
import assert from 'node:assert/strict';
import seedrandom from 'seedrandom';
import { searchAll } from '../../../../src/explore/index.ts';
import { caseOf, ends, open, protocol } from './support.ts';

const FAULTS = [
  '[]',
  '[{ kill: [coordinator, 100, 101] }]',
  '[{ wake: [100, 101] }]',
  '[{ fail: write, task: [100, 101], errno: ENOSPC }]',
  '[{ kill: 100, when: { task: 101, at: a } }]',
  '[{ fail: write, when: any }, { wake: coordinator, when: { after: fail-1 } }]',
];

/** A protocol of statements that are drawn. Every loop is one that ends, or waits. */
class Draw {
  private readonly random: () => number;

  constructor(seed: string) {
    this.random = seedrandom.alea(seed);
  }

  private below(n: number): number {
    return Math.floor(this.random() * n);
  }

  private one<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  private word(): string {
    return this.one(['state.x', 'state.y', 'own.v()', 'own.w()', 'own.v(1)', 'own.w(2)']);
  }

  private value(): string {
    return this.one(['0', '1', '2', 'x', 'self()', `peek(${this.word()})`, `x + peek(${this.word()})`]);
  }

  private condition(): string {
    const [a, b] = [this.word(), this.value()];
    return this.one([
      `peek(${a}) === ${b}`,
      `peek(${a}) > 0`,
      `alive(${this.below(3)})`,
      `peek(${a}) !== 1 && alive(1)`,
    ]);
  }

  private statement(depth: number): string {
    switch (this.below(depth > 1 ? 7 : 11)) {
      case 0:
        return `x = yield* load(${this.word()});`;
      case 1:
      case 2:
        return `yield* store(${this.word()}, ${this.value()});`;
      case 3:
        return `yield* add(${this.word()}, 1);`;
      case 4:
        return this.one([`yield* attempt('write');`, `x = yield* attempt('write');`, 'yield* work();']);
      case 5:
        return `stage('${this.one(['a', 'b'])}');`;
      case 6:
        return `yield* compareExchange(${this.word()}, ${this.value()}, ${this.value()});`;
      case 7:
        return `if (${this.condition()}) { ${this.statements(2, depth + 1)} } else { ${this.statements(1, depth + 1)} }`;
      case 8:
        return `for (const p of tasks()) { x = yield* load(own.v(p)); ${this.statements(1, depth + 1)} }`;
      case 9:
        return `x = (yield* wait(() => ${this.condition()})) ? 1 : 2;`;
      default:
        return this.one([`yield* kill(${this.below(3)});`, `while (peek(own.w()) < 2) { yield* add(own.w(), 1); }`]);
    }
  }

  private statements(n: number, depth: number): string {
    return Array.from({ length: n }, () => this.statement(depth)).join(' ');
  }

  text(): string {
    const always = this.one([
      '',
      '',
      "properties: { p: { holds: 'always', statement: 's', check: () => peek(state.x) < 2 } },",
    ]);
    return `const state = shared({ x: 0, y: 0 });
const own = perProcess({ v: 0, w: 0 });
function* coordinator() { let x = 0; ${this.statements(4, 0)} return x; }
function* task() { let x = 0; ${this.statements(4, 0)} return x; }
export default defineProtocol({ version: 1, name: 'drawn', coordinator, task, ${always} });`;
  }
}

describe('the reduction of protocols of one’s own', function () {
  this.timeout(300_000);

  it('loses no end of protocols that are drawn at random', () => {
    let reduced = 0;
    let full = 0;
    let compared = 0;
    for (let i = 0; compared < 150; i++) {
      const own = protocol(new Draw(`reduction ${i}`).text());
      const faults = FAULTS[i % FAULTS.length]!;
      if (faults.includes('write') && own.calls.length === 0) continue;
      const c = caseOf(2, faults);
      const all = searchAll(open(own, c), { reduce: false, maxStates: 20_000 });
      if (!all.complete) continue;
      compared++;
      const some = searchAll(open(own, c));
      full += all.states;
      reduced += some.states;
      const texts = ({ endings }: typeof all) => endings.map(({ outcome }) => JSON.stringify(outcome)).sort();
      // A run that a step cannot go on ends at once: which others had moved by then does not count.
      assert.deepEqual(texts(some), texts(all), new Draw(`reduction ${i}`).text());
    }
    assert.ok(reduced < full * 0.8, `${reduced} of ${full} states`);
  });

  it('passes no cycle without looking at what the others can do', () => {
    const own = protocol(`const state = shared({ stop: 0 });
const own = perProcess({ n: 0 });
function* coordinator() { yield* store(state.stop, 1); return 0; }
function* task() {
  while (true) { yield* store(own.n(), 1); yield* store(own.n(), 0); if ((yield* load(state.stop)) === 1) return 7; }
}
export default defineProtocol({ version: 1, name: 'spins', coordinator, task });`);
    const found = ends(own, caseOf(2));
    assert.deepEqual(found, ends(own, caseOf(2), { reduce: false }));
    assert.equal(found.length, 1);
  });

  it('ends where a process goes round unseen', () => {
    const own = protocol(`const own = perProcess({ n: 0 });
function* coordinator() { yield* work(); return 0; }
function* task() { while (true) { yield* store(own.n(), 1); yield* store(own.n(), 0); } }
export default defineProtocol({ version: 1, name: 'unseen', coordinator, task });`);
    assert.equal(searchAll(open(own, caseOf(1))).complete, true);
  });

  const BODY = 'yield* store(own.n(), 1); yield* store(own.n(), 0); return 0;';
  const SEEN: Readonly<Record<string, readonly [coordinator: string, task: string, faults: string, more?: string]>> = {
    'what a property that always holds can see': [
      'return 0;',
      BODY,
      '[]',
      "properties: { one: { holds: 'always', statement: 's', check: () => peek(own.n(1)) + peek(own.n(2)) < 2 } },",
    ],
    'what is written to a word of another process': [
      'yield* store(own.n(1), 5); return 0;',
      'if (self() === 2) return 0; return yield* load(own.n());',
      '[]',
    ],
    'an arrival at which a fault fires': [
      'return 0;',
      `if (self() === 2) { yield* work(); stage('a'); yield* work(); return 0; } ${BODY}`,
      '[{ kill: 100, when: { task: 101, at: a } }]',
    ],
    'a look at a process that a fault may kill': [
      'yield* work(); return alive(1) ? 1 : 0;',
      'yield* work(); return 0;',
      '[{ kill: 100 }]',
    ],
  };
  for (const [what, [coordinator, task, faults, more = '']] of Object.entries(SEEN)) {
    it(`does not hide ${what}`, () => {
      const own = protocol(`const own = perProcess({ n: 0 });
function* coordinator() { ${coordinator} }
function* task() { ${task} }
export default defineProtocol({ version: 1, name: 'seen', coordinator, task, ${more} });`);
      const found = ends(own, caseOf(2, faults));
      assert.deepEqual(found, ends(own, caseOf(2, faults), { reduce: false }));
      assert.ok(found.length > 1);
    });
  }

  it('takes work on a word of its own at once', () => {
    const own = protocol(`const own = perProcess({ n: 0 });
function* work3() { yield* store(own.n(), 1); yield* store(own.n(), 2); yield* store(own.n(), 3); }
function* coordinator() { yield* work3(); return 0; }
function* task() { yield* work3(); return 0; }
export default defineProtocol({ version: 1, name: 'alone', coordinator, task });`);
    assert.equal(searchAll(open(own, caseOf(3))).states, 1);
    assert.equal(searchAll(open(own, caseOf(3)), { reduce: false }).states, 4 ** 4);
  });
});
