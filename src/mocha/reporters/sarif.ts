/** `--reporter mktrouble/reporters/sarif`: SARIF 2.1.0. Mocha requires this file, so the class is what it exports. */
import { Sarif } from '../../../reporters/listeners/sarif.ts';
import { mochaReporter } from '../reporter.ts';

const SarifReporter = mochaReporter('sarif', (setting) => new Sarif(setting));
export default SarifReporter;
export { SarifReporter as 'module.exports' };
