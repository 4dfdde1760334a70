/** `--reporter mktrouble/reporters/tap`: TAP 14. Mocha requires this file, so the class is what it exports. */
import { Tap } from '../../../reporters/listeners/tap.ts';
import { mochaReporter } from '../reporter.ts';

const TapReporter = mochaReporter('tap', (setting) => new Tap(setting));
export default TapReporter;
export { TapReporter as 'module.exports' };
