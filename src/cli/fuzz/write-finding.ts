/** The scenario of a finding. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { writeFileAtomically } from '../../boundary/write-file.ts';
import type { Case } from '../../model/case.ts';
import { writeScenario } from '../../scenario/index.ts';

/** Writes it, named by its content: a later campaign adds to what an earlier one found. Returns the path. */
export function writeFinding(folder: string, property: string, c: Case): string {
  const text = writeScenario(c);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const file = path.join(folder, `${property}-${hash}.yaml`);
  writeFileAtomically(file, text);
  return file;
}
