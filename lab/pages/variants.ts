/**
 * docs/variants.md: the protocols that there are, and which scenario tells each. `npm run generate` writes it, a test
 * keeps it current.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { patchNamed } from '../../src/protocol/patch.ts';
import { REPAIRS, UNDONE } from '../../src/protocol/stacks.ts';
import { TOLD, UNOBSERVABLE } from '../../test/scenarios/told.ts';
import { ROOT } from '../../test/support/markdown.ts';

/** Items of the changelog that are no variant, and why. */
const NO_VARIANT = [
  {
    since: 'v19-rc3',
    item: 'errors notify on restart only',
    why: 'there is no checkpoint in the model, which is what it was about',
  },
  { since: 'v19-rc3', item: 'image writes abort once the error flag is set', why: 'a restart writes no image' },
];

/** The cells that say who tells a protocol. */
function teller(...protocols: string[]): string {
  for (const protocol of protocols) {
    const told = TOLD[protocol];
    if (told) {
      const [file, scenario] = told[0].split('#');
      return `${told[1]} | [${scenario}](../scenarios/${file})`;
    }
  }
  const reason = protocols.map((protocol) => UNOBSERVABLE[protocol]).find((why) => why !== undefined);
  return `nobody can tell | ${reason ?? ''}`;
}

function link(name: string): string {
  return `[\`${name}\`](../src/protocol/patches/${name}.patch)`;
}

/** The page as it should be. */
export function variantsPage(): string {
  return `# Protocols and their variants

<!-- Made by npm run generate. -->

A scenario names one by \`restart: { protocol: … }\`, and \`--protocol\` goes before that.

Each is a stack of patches on the same source. \`mktrouble protocol list\` prints the stacks, \`protocol show <name>\` what each
patch does, and \`protocol diff series hardened\` a unified diff of two.

- \`patch\`: patch 30/96 by itself, to the letter.
- \`series\` (the default): with what the same author posted in the same series.
- \`hardened\`: \`series\` with the repairs below. The shipped suite holds under it.
- \`hardened-without-<repair>\`: all repairs but one.
- \`<item>\`, \`hardened-<item>\`: \`series\` or \`hardened\` with one item of the patch's changelog undone.

Each of them is told from the protocol that it is made of by a scenario of the suite, which turns red, and there by the
property that is named. A test runs every row.

## Repairs

| repair | what it does | told by | in |
| --- | --- | --- | --- |
${REPAIRS.map((name) => `| ${link(name)} | ${patchNamed(name).description} | ${teller(`hardened-without-${name}`)} |`).join('\n')}

## Items of the changelog, undone

| since | item | variant | told by | in |
| --- | --- | --- | --- | --- |
${UNDONE.map((name) => {
  const { notes } = patchNamed(name);
  return `| ${notes['Since']} | ${notes['Undoes']} | ${link(name)} | ${teller(`hardened-${name}`, name)} |`;
}).join('\n')}
${NO_VARIANT.map(({ since, item, why }) => `| ${since} | ${item} | none | nobody can tell | ${why} |`).join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(path.join(ROOT, 'docs/variants.md'), variantsPage());
