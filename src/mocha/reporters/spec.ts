/** `--reporter mktrouble/reporters/spec`: one line a case, and all about a case that failed. Mocha requires this file, so the class is what it exports. */
import { Spec } from '../../../reporters/listeners/spec.ts';
import { mochaReporter } from '../reporter.ts';

const SpecReporter = mochaReporter('spec', (setting) => new Spec(setting));
export default SpecReporter;
export { SpecReporter as 'module.exports' };
