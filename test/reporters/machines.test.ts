import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import CtrfReporter from '../../src/mocha/reporters/ctrf.ts';
import SarifReporter from '../../src/mocha/reporters/sarif.ts';
import type { Bucket } from '../../src/model/signature.ts';
import { OTHERS, PASSES } from './fixtures/kinds.ts';
import { buildReport, type FakeTest } from './fixtures/run.ts';
import { failing, HOSTILE, violation } from './fixtures/verdicts.ts';

/** The schemas that the two projects publish. That of SARIF is of draft 4, of which it uses nothing that draft 7 does not have. */
function validator(name: string) {
  const text = readFileSync(new URL(`./fixtures/${name}.schema.json`, import.meta.url), 'utf8');
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(text);
  return new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
}
const schemas = { sarif: validator('sarif'), ctrf: validator('ctrf') };

const bucket = (state: Bucket['state'], defect?: string): Bucket => ({
  id: '0123456789',
  signature: { property: violation.property, place: 'task at sync-2', shape: '' },
  state,
  ...(defect !== undefined && { defect, title: `The defect ${defect}` }),
});

const every: FakeTest[] = [
  PASSES,
  { title: 'fails', verdict: failing({ title: 'fails', bucket: bucket('new') }) },
  { title: 'fails as known', verdict: failing({ title: 'fails as known', bucket: bucket('known', 'no-wake-up') }) },
  { title: 'hostile', verdict: failing({ title: HOSTILE, bucket: bucket('fixed', 'again') }) },
  ...OTHERS,
];

describe('sarif', () => {
  const report = async () => {
    const { text } = await buildReport(SarifReporter, every);
    const content = JSON.parse(text);
    assert.ok(Boolean(schemas.sarif(content)), JSON.stringify(schemas.sarif.errors?.slice(0, 3)));
    return content.runs[0];
  };

  it('is valid, with a result for each finding and each known defect, and no other', async () => {
    const { results, invocations } = await report();
    assert.deepEqual(
      results.map(({ level }: { level: string }) => level),
      ['error', 'error', 'error', 'note', 'error'],
    );
    assert.equal(invocations[0].toolExecutionNotifications.length, 2);
    assert.equal(invocations[0].executionSuccessful, false);
  });

  it('has the signature as fingerprint, and suppresses known defects only', async () => {
    const { results, tool } = await report();
    const [fresh, known, again] = results;
    assert.deepEqual(Object.values(fresh.partialFingerprints), ['0123456789']);
    assert.deepEqual(
      [fresh, known, again].map(({ baselineState }) => baselineState),
      ['new', 'unchanged', 'new'],
    );
    assert.deepEqual(
      [fresh, known, again].map(({ suppressions }) => suppressions !== undefined),
      [false, true, false],
    );
    for (const one of results) assert.equal(tool.driver.rules[one.ruleIndex].id, one.ruleId);
  });

  it('names the file relative to the root, with line and column', async () => {
    const [{ locations }] = (await report()).results;
    const { artifactLocation, region } = locations[0].physicalLocation;
    assert.ok(!artifactLocation.uri.startsWith('/'));
    assert.ok(region.startLine >= 1 && region.startColumn >= 1);
  });
});

describe('ctrf', () => {
  const report = async () => {
    const { text } = await buildReport(CtrfReporter, every);
    const content = JSON.parse(text);
    assert.ok(Boolean(schemas.ctrf(content)), JSON.stringify(schemas.ctrf.errors?.slice(0, 3)));
    return content.results;
  };

  it('is valid, with every kind of result counted', async () => {
    const { summary, tests } = await report();
    const count = (status: string) => tests.filter((one: { status: string }) => one.status === status).length;
    for (const status of ['passed', 'failed', 'skipped', 'other']) assert.equal(summary[status], count(status), status);
    assert.equal(summary.tests, every.length);
    assert.equal(count('other'), 1);
  });

  it('has the defect of a finding, and the command that repeats it', async () => {
    const { tests } = await report();
    const known = tests.find(({ name }: { name: string }) => name === 'fails as known');
    assert.deepEqual(
      [known.labels.signature, known.labels.defect, known.labels['defect-state']],
      ['0123456789', 'no-wake-up', 'known'],
    );
    assert.match(known.extra.command, /mktrouble/);
  });
});
