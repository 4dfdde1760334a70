/** Required in the workers of `mktrouble run`: the options are those that the parent process has made. */
import { readFromParent } from '../config/worker.ts';
import { hookScenarioFiles } from './hook.ts';
import { RunLimits } from './run-limits.ts';

const options = readFromParent(process.env);
const setting = typeof options === 'string' ? options : { options, limits: new RunLimits(options) };

hookScenarioFiles(() => setting);
