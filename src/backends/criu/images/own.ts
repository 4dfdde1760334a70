/**
 * What an editor of CRIU's images of one's own is written with: the package's export `mktrouble/image-editor`. A module whose default export
 * (or export `editor`) is one; see docs/extending.md.
 */
import type { OwnValues, OwnWords } from '../../../model/own-words.ts';
import { type Images, NoSuchImage } from './edit.ts';

export type { OwnValues, OwnWord, OwnWords } from '../../../model/own-words.ts';
export { type Images, NoSuchImage } from './edit.ts';
export { type ImageFile, readImage, writeImage } from './file.ts';
export { type Field, readMessage, withField, withValues, writeMessage } from './wire.ts';

/** The version of the contract. Changes when an editor that fits it would fit no more. */
export const IMAGE_EDITOR_CONTRACT_VERSION = 1;

export interface OwnImageEditor {
  readonly contract: typeof IMAGE_EDITOR_CONTRACT_VERSION;
  /** Lower-case words joined by dashes. What `edit` of a scenario names. */
  readonly name: string;
  /** What it changes, in a sentence. */
  readonly statement: string;
  /** The words that it takes. Default: none. */
  readonly words?: OwnWords;
  /**
   * The files that become other ones, by their names without .img; `undefined` for a file that is removed. Pure: the same images give the
   * same answer, and are not changed. Throws NoSuchImage where the images have no such place. An answer without any change is the same.
   */
  edit(images: Images, values: OwnValues): ReadonlyMap<string, Uint8Array | undefined>;
}

/** Gives a module its type: `export default defineImageEditor({ contract: 1, name: 'mine', statement: '…', edit: () => new Map() })`. */
export function defineImageEditor(editor: OwnImageEditor): OwnImageEditor {
  return editor;
}

/** The images after an editor, and the files that it has changed or removed. Throws NoSuchImage, and what the editor throws. */
export function editedByOwn(
  images: Images,
  { name, edit }: OwnImageEditor,
  values: OwnValues,
): { readonly images: Images; readonly changed: readonly string[] } {
  const copies = new Map([...images].map(([file, bytes]) => [file, Uint8Array.from(bytes)]));
  const answer: unknown = edit(copies, values);
  if (!(answer instanceof Map)) throw new Error(`the image editor ${name} gave no Map of files`);
  const made = new Map(images);
  const changed: string[] = [];
  for (const [file, bytes] of answer as ReadonlyMap<unknown, unknown>) {
    if (typeof file !== 'string' || !images.has(file))
      throw new Error(`the image editor ${name} changes ${String(file)}, which is no image`);
    if (bytes === undefined) made.delete(file);
    else if (!(bytes instanceof Uint8Array)) throw new Error(`the image editor ${name} gave no bytes for ${file}`);
    else if (isSame(bytes, images.get(file)!)) continue;
    else made.set(file, bytes);
    changed.push(file);
  }
  if (changed.length === 0) throw new NoSuchImage(`the image editor ${name} changes nothing`);
  return { images: made, changed };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
