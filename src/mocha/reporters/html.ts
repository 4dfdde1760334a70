/** `--reporter mktrouble/reporters/html`: one self-contained page. Mocha requires this file, so the class is what it exports. */
import { Html } from '../../../reporters/listeners/html.ts';
import { mochaReporter } from '../reporter.ts';

const HtmlReporter = mochaReporter('html', (setting) => new Html(setting));
export default HtmlReporter;
export { HtmlReporter as 'module.exports' };
