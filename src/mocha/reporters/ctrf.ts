/** `--reporter mktrouble/reporters/ctrf`: CTRF. Mocha requires this file, so the class is what it exports. */
import { Ctrf } from '../../../reporters/listeners/ctrf.ts';
import { mochaReporter } from '../reporter.ts';

const CtrfReporter = mochaReporter('ctrf', (setting) => new Ctrf(setting));
export default CtrfReporter;
export { CtrfReporter as 'module.exports' };
