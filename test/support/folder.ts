/** Temporary folders that are gone after the test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Folder {
  readonly path: string;
  /** Writes a file, with its folders, and says where it is. */
  write(name: string, text: string): string;
  remove(): void;
}

export function temporaryFolder(files: Readonly<Record<string, string>> = {}): Folder {
  const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-'));
  const write = (name: string, text: string) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { path: folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
