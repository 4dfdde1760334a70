/**
 * `mktrouble/mocha`: required by Mocha (`"require": ["mktrouble/mocha"]` and `"extension": ["js", "yaml", "yml"]` in
 * .mocharc.json) it makes scenario files suites. Options come from the project's configuration file, and from JSON in
 * MKTROUBLE_OPTIONS, which goes before it.
 */
import { makeOptions } from '../config/index.ts';
import { KNOWN_SETTINGS } from '../injector/known.ts';
import { formatDiagnostic } from '../scenario/index.ts';
import { hookScenarioFiles } from './hook.ts';
import { RunLimits } from './run-limits.ts';

const made = makeOptions({ environment: process.env, folder: process.cwd(), known: KNOWN_SETTINGS });
const { options } = made;
const limits = options && new RunLimits(options);
for (const one of made.diagnostics)
  if (options && one.severity === 'warning') process.stderr.write(`${formatDiagnostic(one)}\n\n`);

hookScenarioFiles(() =>
  options && limits
    ? { options, limits }
    : made.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n\n'),
);
