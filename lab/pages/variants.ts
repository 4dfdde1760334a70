/**
 * docs/variants.md: the protocols, and the scenario that detects each. `npm run generate` writes it, a test keeps it current.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { patchNamed } from '../../src/protocol/patch.ts';
import { REPAIRS, UNDONE } from '../../src/protocol/stacks.ts';
import { DETECTED, UNOBSERVABLE } from '../../test/scenarios/detected.ts';
import { ROOT } from '../../test/support/markdown.ts';

/** Items of the changelog that are no variant, and why. */
const NO_VARIANT = [
  {
    since: 'v19-rc3',
    item: 'errors notify on restart only',
    why: 'it concerns checkpoint, which the model does not have',
  },
  { since: 'v19-rc3', item: 'image writes abort once the error flag is set', why: 'a restart writes no image' },
];

/** The cells with the property and the scenario that detect a protocol. */
function detectors(...protocols: string[]): string {
  for (const protocol of protocols) {
    const detected = DETECTED[protocol];
    if (detected) {
      const [file, scenario] = detected[0].split('#');
      return `${detected[1]} | [${scenario}](../scenarios/${file})`;
    }
  }
  const reason = protocols.map((protocol) => UNOBSERVABLE[protocol]).find((why) => why !== undefined);
  return `not observable | ${reason ?? ''}`;
}

function link(name: string): string {
  return `[\`${name}\`](../src/protocol/patches/${name}.patch)`;
}

/** The page as it should be. */
export function variantsPage(): string {
  return `# Protocols and their variants

<!-- Made by npm run generate. -->

A scenario selects one with \`restart: { protocol: … }\`; \`--protocol\` on the command line overrides it.

Each is a stack of patches on the same source. \`mktrouble protocol list\` prints the stacks, \`protocol show <name>\` the
effect of each patch, and \`protocol diff series hardened\` a unified diff of two.

- \`patch\`: patch 30/96 alone, unchanged.
- \`series\` (the default): with the later patches of the same series that belong to it.
- \`hardened\`: \`series\` with the repairs below. The shipped suite holds under it.
- \`hardened-without-<repair>\`: all repairs but one.
- \`<item>\`, \`hardened-<item>\`: \`series\` or \`hardened\` with one item of the patch's changelog undone.

For each of them a scenario of the suite passes under the protocol that it is derived from, and fails under the variant by
the named property. A test runs every row.

## Repairs

| repair | effect | detected by | in |
| --- | --- | --- | --- |
${REPAIRS.map((name) => `| ${link(name)} | ${patchNamed(name).description} | ${detectors(`hardened-without-${name}`)} |`).join('\n')}

## Items of the changelog, undone

| since | item | variant | detected by | in |
| --- | --- | --- | --- | --- |
${UNDONE.map((name) => {
  const { notes } = patchNamed(name);
  return `| ${notes['Since']} | ${notes['Undoes']} | ${link(name)} | ${detectors(`hardened-${name}`, name)} |`;
}).join('\n')}
${NO_VARIANT.map(({ since, item, why }) => `| ${since} | ${item} | none | not observable | ${why} |`).join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(path.join(ROOT, 'docs/variants.md'), variantsPage());
