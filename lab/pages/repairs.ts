/** The header with the repairs of `hardened`, from which the native agent makes its enum and the names on the wire. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { REPAIRS } from '../../src/protocol/stacks.ts';
import { ROOT } from '../../test/support/markdown.ts';

export const REPAIRS_HEADER = 'src/backends/native/agent/repairs.h';

export function repairsHeader(): string {
  const lines = REPAIRS.map((name) => `REPAIR(${name.toUpperCase().replaceAll('-', '_')}, "${name}")`);
  return `/* Every repair of src/protocol/stacks.ts; REPAIR(name, text) is for the includer to define. Made by \`npm run generate\`. */
${lines.join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(path.join(ROOT, REPAIRS_HEADER), repairsHeader());
