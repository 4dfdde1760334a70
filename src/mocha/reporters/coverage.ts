/** `--reporter mktrouble/reporters/coverage`: what of the protocol was reached. Mocha requires this file, so the class is what it exports. */
import { Coverage } from '../../../reporters/listeners/coverage.ts';
import { mochaReporter } from '../reporter.ts';

const CoverageReporter = mochaReporter('coverage', (setting) => new Coverage(setting));
export default CoverageReporter;
export { CoverageReporter as 'module.exports' };
