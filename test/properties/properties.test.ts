/** What holds for all properties: what they say of themselves, that they are pure, fast, and never throw. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { propertiesPage } from '../../lab/pages/properties.ts';
import type { Case, Expect } from '../../src/model/case.ts';
import {
  CRIU_PROPERTIES,
  expectations,
  explainProperty,
  judge,
  PROPERTIES,
  PROPERTY_NAMES,
  propertyByName,
  RUNTIME_PROPERTIES,
} from '../../src/properties/index.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { anyCase, anyRecord } from './arbitrary.ts';
import { aRecord } from './records.ts';
import { aCase, aTask, edited, failedLate, healthy } from './support.ts';

const repository = new URL('../../', import.meta.url);
/** The sections of the page that properties name as their source. */
const SECTIONS = new Set(
  readFileSync(new URL('docs/protocol.md', repository), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('## '))
    .map((line) => line.slice(3)),
);

describe('properties', () => {
  it('come from a page that the package has', () => {
    const { files } = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8')) as { files: string[] };
    assert.ok(files.includes('docs/protocol.md'));
  });

  for (const { name, title, statement, source, hint } of PROPERTIES) {
    describe(name, () => {
      it('says what it is, where it comes from, and what to look at', () => {
        assert.match(name, /^[a-z]+(-[a-z0-9]+)+$/);
        assert.match(statement, /\.\)?$/);
        assert.match(source, /^docs\/protocol\.md, "/);
        const sections = [...source.split(';')[0]!.matchAll(/"([^"]+)"/g)].map(([, section]) => section!);
        for (const section of sections)
          assert.ok(SECTIONS.has(section), `docs/protocol.md has no section "${section}"`);
        for (const text of [title, statement, source, hint]) assert.ok(text.length > 10, text);
      });

      it('has a file and tests of its own', () => {
        assert.ok(existsSync(new URL(`../../src/properties/rules/${name}.ts`, import.meta.url)));
        assert.ok(existsSync(new URL(`./rules/${name}.test.ts`, import.meta.url)));
      });

      it('can be found and explained by its name', () => {
        assert.equal(propertyByName(name)?.name, name);
        assert.deepEqual(explainProperty(name), { name, title, statement, source, hint });
      });
    });
  }

  it('have names of their own', () =>
    assert.equal(new Set(PROPERTY_NAMES).size, PROPERTIES.length + CRIU_PROPERTIES.length + RUNTIME_PROPERTIES.length));

  it('are all there by name, in the order of reports', () =>
    assert.deepEqual(
      PROPERTY_NAMES,
      [...PROPERTIES, ...CRIU_PROPERTIES, ...RUNTIME_PROPERTIES].map(({ name }) => name),
    ));

  it('do not answer to other names, but expectations can be explained', () => {
    assert.equal(propertyByName('expectation'), undefined);
    assert.equal(propertyByName('constructor'), undefined);
    assert.equal(explainProperty('no-such-property'), undefined);
    assert.equal(explainProperty('expectation')?.name, 'expectation');
  });

  it('never throw, and their violations name them and a step of the record', () => {
    fc.assert(
      fc.property(anyCase, anyRecord, (c, record) => {
        const steps = new Set(record.events.map(({ step }) => step));
        for (const property of PROPERTIES) {
          for (const { property: name, message, step } of property.check(c, record)) {
            assert.equal(name, property.name);
            assert.ok(message.length > 0 && (step === undefined || steps.has(step)));
          }
        }
        for (const violation of expectations(c, record)) assert.equal(violation.property, 'expectation');
      }),
      { seed: 20, numRuns: 1000 },
    );
  });

  it('are pure: they change nothing, and say the same again', () => {
    fc.assert(
      fc.property(anyCase, anyRecord, (c, record) => {
        const [said, again] = [deepFreeze(c), structuredClone(c)].map((one, i) => {
          const copy = i === 0 ? deepFreeze(record) : structuredClone(record);
          return [judge(one, copy), judge(one, copy), expectations(one, copy)];
        });
        assert.deepEqual(said, again);
        assert.deepEqual(said![0], said![1]);
      }),
      { seed: 21, numRuns: 300 },
    );
  });

  it('judge a run by its own case, when the record is the same', () => {
    const record = aRecord(healthy());
    assert.deepEqual(judge(aCase(), record), []);
    const other = aCase({ image: { pids: [102, 101, 100] } });
    assert.ok(judge(other, record).some(({ property }) => property === 'restores-in-order'));
    assert.deepEqual(judge(aCase(), record), []);
  });

  it('are linear in the record: runs of ten thousand tasks are judged within two seconds', () => {
    const tasks = [aTask(100), ...Array.from({ length: 10_000 }, (_, i) => aTask(101 + i, { parent: 100 }))];
    const c = aCase({
      tasks,
      expect: {
        coordinator: ['ok', 'EIO'],
        tasks: Object.fromEntries(tasks.map(({ pid }) => [pid, [{ outcome: 'resumed' }]])),
      },
    });
    const [good, bad] = [aRecord(healthy(c)), aRecord(failedLate(c))];
    const started = process.cpuUsage();
    assert.deepEqual([...judge(c, good), ...expectations(c, good)], []);
    assert.deepEqual(judge(c, bad), []);
    assert.equal(expectations(c, bad).length, tasks.length);
    assert.ok(process.cpuUsage(started).user < 2_000_000, `${process.cpuUsage(started).user} µs`);
  });
});

describe('judge', () => {
  /** Two properties are violated: a marked task survives, and it waits. */
  const broken = (expect: Partial<Expect>): [Case, RunRecord] => {
    const script = edited(failedLate(aCase({ expect: { coordinator: ['EIO'], ...expect } })), {
      drop: ({ kind, actor }) => kind === 'exit' && actor === 101,
    });
    const final = { 101: { end: 'waiting', at: 'threads' } } as const;
    return [script.case, aRecord(edited(script, { drop: ({ kind }) => kind === 'signal' }), { tasks: final })];
  };
  const names = (expect: Partial<Expect>) => judge(...broken(expect)).map(({ property }) => property);

  it('judges all properties, in their order', () => {
    assert.deepEqual(names({}), ['failure-kills-marked', 'no-task-left-waiting']);
  });

  it('leaves out what `except` names', () => {
    assert.deepEqual(names({ except: ['failure-kills-marked', 'no-erestart-returned'] }), ['no-task-left-waiting']);
  });

  it('judges only what `only` names', () => {
    assert.deepEqual(names({ only: ['failure-kills-marked', 'no-erestart-returned'] }), ['failure-kills-marked']);
    assert.deepEqual(names({ only: [] }), []);
    assert.deepEqual(names({ only: ['failure-kills-marked'], except: ['failure-kills-marked'] }), []);
  });
});

describe('docs/properties.md', () => {
  it('is what the properties say of themselves (npm run generate)', () => {
    const page = readFileSync(new URL('../../docs/properties.md', import.meta.url), 'utf8');
    assert.equal(page, propertiesPage());
    for (const name of PROPERTY_NAMES) assert.ok(page.includes(`## ${name}\n`));
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
