/** `--reporter mktrouble/reporters/github`: annotations for GitHub Actions. Mocha requires this file, so the class is what it exports. */
import { Github } from '../../../reporters/listeners/github.ts';
import { mochaReporter } from '../reporter.ts';

const GithubReporter = mochaReporter('github', (setting) => new Github(setting));
export default GithubReporter;
export { GithubReporter as 'module.exports' };
