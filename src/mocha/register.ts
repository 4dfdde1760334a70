/**
 * `mktrouble/mocha`: required by Mocha (`"require": ["mktrouble/mocha"]` and `"extension": ["js", "yaml", "yml"]` in
 * .mocharc.json) it makes scenario files suites. Options come as JSON in MKTROUBLE_OPTIONS.
 */
import { hookScenarioFiles } from './hook.ts';
import { optionsFromEnvironment } from './options.ts';
import { RunLimits } from './run-limits.ts';

let limits: RunLimits | undefined;

hookScenarioFiles(() => {
  const options = optionsFromEnvironment(process.env);
  if (typeof options === 'string') return options;
  limits ??= new RunLimits(options);
  return { options, limits };
});
