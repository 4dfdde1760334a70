/**
 * `mktrouble/mocha`: required by Mocha (`"require": ["mktrouble/mocha"]` and `"extension": ["js", "yaml", "yml"]` in
 * .mocharc.json) it makes scenario files suites. Options come as JSON in MKTROUBLE_OPTIONS.
 */
import { hookScenarioFiles } from './hook.ts';
import { optionsFromEnvironment } from './options.ts';

hookScenarioFiles(() => {
  const options = optionsFromEnvironment(process.env);
  return typeof options === 'string' ? options : { options };
});
