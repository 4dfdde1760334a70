import assert from 'node:assert/strict';
import { OPTIONS_VARIABLE, readEnvironment } from '../../src/config/environment.ts';
import { KNOWN_SETTINGS } from '../../src/injector/known.ts';

describe('the options in the environment', () => {
  const readAll = (environment: Record<string, string>) => readEnvironment(environment, KNOWN_SETTINGS);
  const read = (text: string) => readAll({ [OPTIONS_VARIABLE]: text });

  it('are the defaults when there are none', () => {
    assert.deepEqual(readAll({}).layer?.settings, {});
    assert.deepEqual(read('').layer?.settings, {});
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
    assert.deepEqual(read(JSON.stringify(options)).layer?.settings, options);
  });

  it('say what is wrong with them', () => {
    for (const text of [
      '{',
      '[]',
      '7',
      '{"sed": "1"}',
      '{"backends": ["qemu"]}',
      '{"backends": []}',
      '{"grep": "("}',
      '{"schedules": 0}',
      '{"schedules": 1e300}',
      '{"timeout": 1e300}',
      `{"seed": "${'x'.repeat(5000)}"}`,
      `{"tags": [${'"x",'.repeat(2000)}"x"]}`,
      `${' '.repeat(200_000)}{}`,
      '['.repeat(100_000),
    ]) {
      assert.equal(read(text).layer, undefined, text.slice(0, 80));
      assert.notEqual(read(text).diagnostics.length, 0, text.slice(0, 80));
    }
    assert.match(read('{"sed": "1"}').diagnostics[0]?.hint ?? '', /seed/);
  });
});
