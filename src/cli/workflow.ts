/** The GitHub workflow that `mktrouble init` writes. */

/** Where a run leaves its reports, and what it keeps of failed cases. */
const REPORTS = 'mktrouble-report';

/**
 * The workflow for scenarios in a folder of the repository (`''`: its root; with slashes), and its file name, which is
 * another one for each folder.
 */
export function workflow(folder: string): { readonly name: string; readonly text: string } {
  const slug = folder.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  const name = folder === '' ? 'mktrouble' : `mktrouble-${slug}`;
  // An upload has its paths from the root of the repository, wherever commands run.
  const below = (file: string): string => (folder === '' ? file : `${folder}/${file}`);
  const defaults =
    folder === '' ? [] : ['    defaults:', `      run: { working-directory: ${JSON.stringify(folder)} }`];
  const lines = [
    '# Runs the scenarios on every push and pull request. Findings are annotations in the diff; the reports, the replay files of',
    '# findings, and the logs and images of what failed on CRIU are kept as an artifact of the job.',
    `name: ${name}`,
    'on: [push, pull_request]',
    'jobs:',
    '  scenarios:',
    '    runs-on: ubuntu-latest',
    ...defaults,
    '    steps:',
    '      - uses: actions/checkout@v4',
    '      - uses: actions/setup-node@v4',
    '        with: { node-version: 22 }',
    '      - run: npm ci',
    '      - run: >-',
    '          npx mktrouble run scenarios --fail-on-skip --reporter spec --reporter github',
    `          --reporter junit=${REPORTS}/junit.xml --reporter json=${REPORTS}/report.json --reporter html=${REPORTS}/report.html`,
    `          --keep ${REPORTS}/kept`,
    '      - uses: actions/upload-artifact@v4',
    '        if: always()',
    '        with:',
    `          name: ${name}`,
    '          # The replay files are in .mktrouble, which begins with a dot.',
    '          include-hidden-files: true',
    '          path: |',
    `            ${below(REPORTS)}/`,
    `            ${below('.mktrouble')}/`,
  ];
  return { name: `${name}.yml`, text: `${lines.join('\n')}\n` };
}
