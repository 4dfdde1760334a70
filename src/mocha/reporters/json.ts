/** `--reporter mktrouble/reporters/json`: one JSON document. Mocha requires this file, so the class is what it exports. */
import { Json } from '../../../reporters/listeners/json.ts';
import { mochaReporter } from '../reporter.ts';

const JsonReporter = mochaReporter('json', (setting) => new Json(setting));
export default JsonReporter;
export { JsonReporter as 'module.exports' };
