/** What other rooms use of the injector. */
export { whyNot } from './applicable.ts';
export { type FindViolations, shippedProperties, underProtocol } from './judge.ts';
export { DEFAULT_SEED, type RunOptions, runCase, selectExplorer } from './run-case.ts';
