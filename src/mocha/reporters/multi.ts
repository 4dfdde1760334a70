/** `--reporter mktrouble/reporters/multi`: several reporters at once. Mocha requires this file, so the class is what it exports. */
import { Multi } from '../multi.ts';

export default Multi;
export { Multi as 'module.exports' };
