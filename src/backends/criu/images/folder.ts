/** The images of a dump, in their folder: read, changed as a scenario says, and written again. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImageChange, ImageEdit, MadeEdit, OwnImageChange } from '../../../model/criu.ts';
import { BadSurroundings } from '../../backend.ts';
import { Draws } from '../../draws.ts';
import { edited, type Images, NoSuchImage } from './edit.ts';
import { drawEdit, listKinds, parseKind } from './mutate.ts';
import { editedByOwn, type OwnImageEditor } from './own.ts';

const SUFFIX = '.img';
/** Files whose name has the number of an inode, which is another one each time. */
const NUMBERED = /^(pagemap-shmem-)\d+$/;

/** The images of a folder, by their names without .img; of the first of those that are numbered anew each time a `*` stands for the number. */
export async function readImages(folder: string): Promise<Images> {
  const entries = [...(await listFiles(folder))].map(
    async ([name, file]) => [name, await readFile(path.join(folder, file))] as const,
  );
  return new Map(await Promise.all(entries));
}

/** The files of a folder, by the names of their images. */
async function listFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(SUFFIX));
  const names = new Map<string, string>();
  const inOrder = files.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  for (const file of inOrder) {
    const own = file.slice(0, -SUFFIX.length);
    const starred = own.replace(NUMBERED, '$1*');
    names.set(names.has(starred) ? own : starred, file);
  }
  return names;
}

/** Makes the changes, one after the other: what was changed, with what was drawn. Rejects with NoSuchImage for one that is not optional. */
export async function changeImages(
  folder: string,
  changes: readonly ImageChange[],
  editors: readonly OwnImageEditor[] = [],
): Promise<MadeEdit[]> {
  if (changes.length === 0) return [];
  const before = await readImages(folder);
  const { edits, images } = compareFiles(before, changes, editors);
  const files = await listFiles(folder);
  for (const [name, bytes] of before) {
    const now = images.get(name);
    const file = path.join(folder, files.get(name)!);
    if (!now) await rm(file);
    else if (now !== bytes) await writeFile(file, now);
  }
  return edits;
}

/** The images after these changes, and the changes with what was drawn for them. Throws NoSuchImage for one that is not optional. */
export function compareFiles(
  before: Images,
  changes: readonly ImageChange[],
  editors: readonly OwnImageEditor[] = [],
): { readonly edits: MadeEdit[]; readonly images: Images } {
  const edits: MadeEdit[] = [];
  let images = before;
  const make = (edit: ImageEdit): void => {
    images = edited(images, edit);
    edits.push(edit);
  };
  const makeOwn = ({ editor, with: values }: OwnImageChange): void => {
    const found = editors.find(({ name }) => name === editor);
    if (!found) throw new BadSurroundings(`there is no image editor ${editor}: name its file by --image-editor`);
    const { images: made, changed } = editedByOwn(images, found, values);
    images = made;
    edits.push(...changed.map((file) => ({ kind: 'edited' as const, file, editor })));
  };
  for (const change of changes) {
    if (change.kind !== 'mutate') {
      try {
        if (change.kind === 'edit') makeOwn(change);
        else make(change);
      } catch (error) {
        // What CRIU dumps differs between processors and kernels.
        if (!change.optional || !(error instanceof NoSuchImage)) throw error;
      }
      continue;
    }
    const { target, seed, changes: count } = change;
    const draws = new Draws(seed);
    for (let i = 0; i < count; i++) {
      const there = [...images.keys()].some((name) => target === 'any' || parseKind(name) === target);
      if (!there) throw new NoSuchImage(`there is no image of the kind ${target}; ${kindsText(images)}`);
      make(drawEdit(images, target, draws));
    }
  }
  return { edits, images };
}

/** `there are core, mm, any`: what a change can be drawn of. */
export function kindsText(images: Images): string {
  return `there are ${[...listKinds(images), 'any'].join(', ')}`;
}
