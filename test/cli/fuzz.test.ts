/** `mktrouble fuzz`: a campaign on images of a real dump, and what it keeps. Skipped, with the reason, where CRIU can't run. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sinon from 'sinon';
import { criu } from '../../src/backends/criu/index.ts';
import { FuzzError } from '../../src/cli/fuzz/base.ts';
import { type CampaignFlags, campaign } from '../../src/cli/fuzz/campaign.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { loadScenarios } from '../../src/scenario/index.ts';
import { skipWhereNone } from '../support/available.ts';

describe('mktrouble fuzz', function () {
  this.timeout(60_000);
  let out: string;

  before(async function () {
    await skipWhereNone(criu, this);
  });
  beforeEach(() => {
    out = path.join(mkdtempSync(path.join(tmpdir(), 'mktrouble-')), 'found');
    sinon.stub(console, 'log');
  });
  afterEach(() => {
    sinon.restore();
    rmSync(path.dirname(out), { recursive: true });
  });

  const start = (flags: Partial<CampaignFlags>) =>
    campaign({
      file: undefined,
      target: 'any',
      seed: '1',
      count: 4,
      changes: 1,
      parallel: 2,
      out,
      signal: new AbortController().signal,
      ...flags,
    });

  it('keeps each finding once, as a scenario with the changes that were drawn', async () => {
    const { runs, findings } = await start({ target: 'fs', count: 12, seed: 'fs' });
    assert.equal(runs, 12);
    const files = existsSync(out) ? readdirSync(out) : [];
    assert.equal(files.length, findings);
    const { cases, diagnostics } = loadScenarios([out], KNOWN_NAMES);
    assert.deepEqual(diagnostics, []);
    for (const c of cases) {
      assert.equal(c.expect.violates.length, 1);
      assert.ok(c.criu!.images.every((change) => change.kind !== 'mutate'));
    }
  });

  it('names a finding by its content, so that another campaign overwrites no other one', async function () {
    const { findings } = await start({ target: 'fs', count: 12, seed: 'fs' });
    if (findings === 0) {
      console.log('      skipped: this CRIU has none of the defects that the campaign finds');
      this.skip();
    }
    const contents = () =>
      Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(path.join(out, name), 'utf8')]));
    const first = contents();
    for (const [name, text] of Object.entries(first))
      assert.ok(name.includes(createHash('sha256').update(text).digest('hex').slice(0, 12)), name);
    await start({ target: 'fs', count: 12, seed: 'others' });
    const both = contents();
    for (const [name, text] of Object.entries(first)) assert.equal(both[name], text, name);
  });

  it('says which kinds there are when there is none of the one that is asked for', () =>
    assert.rejects(start({ target: 'croe' }), (error) => error instanceof FuzzError && /pstree/.test(error.message)));
});
