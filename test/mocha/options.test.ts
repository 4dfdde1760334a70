import assert from 'node:assert/strict';
import { DEFAULT_OPTIONS, OPTIONS_VARIABLE, optionsFromEnvironment } from '../../src/mocha/options.ts';

describe('the options in the environment', () => {
  const read = (text: string) => optionsFromEnvironment({ [OPTIONS_VARIABLE]: text });

  it('are the defaults when there are none', () => {
    assert.deepEqual(optionsFromEnvironment({}), DEFAULT_OPTIONS);
    assert.deepEqual(read(''), DEFAULT_OPTIONS);
  });

  it('come through as they were given', () => {
    const options = {
      backends: ['native'],
      protocol: 'patch',
      seed: '1',
      schedules: 2,
      grep: 'x',
      tags: ['a'],
      allowCommands: true,
    };
    assert.deepEqual(read(JSON.stringify(options)), options);
  });

  it('say what is wrong with them', () => {
    for (const text of [
      '{',
      '[]',
      'null',
      '7',
      '{"sed": "1"}',
      '{"seed": 1}',
      '{"backends": ["qemu"]}',
      '{"backends": []}',
      '{"grep": "("}',
      '{"schedules": 0}',
      '{"schedules": 1e300}',
      '{"timeout": 1e300}',
      `{"seed": "${'x'.repeat(5000)}"}`,
      `{"tags": [${'"x",'.repeat(2000)}"x"]}`,
      `{"backends": [${'"native",'.repeat(10)}"native"]}`,
      `${' '.repeat(200_000)}{}`,
      '['.repeat(100_000),
    ]) {
      assert.equal(typeof read(text), 'string', text);
    }
    assert.match(String(read('{"sed": "1"}')), /sed/);
  });
});
