/** `--reporter mktrouble/reporters/github`: annotations for GitHub Actions. Mocha requires this file, so the class is what it exports. */
import { Github } from './listeners/github.ts';
import { mochaReporter } from './shared/mocha-reporter.ts';

const GithubReporter = mochaReporter('github', (setting) => new Github(setting));
export default GithubReporter;
export { GithubReporter as 'module.exports' };
