/** `--reporter mktrouble/reporters/junit`: JUnit XML. Mocha requires this file, so the class is what it exports. */
import { Junit } from '../../../reporters/listeners/junit.ts';
import { mochaReporter } from '../reporter.ts';

const JunitReporter = mochaReporter('junit', (setting) => new Junit(setting));
export default JunitReporter;
export { JunitReporter as 'module.exports' };
