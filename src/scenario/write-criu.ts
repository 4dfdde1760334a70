/** How CRIU is used in a case, as the words of a scenario; defaults are left out. */
import type { CriuLimits, CriuSetup, ImageEdit } from '../model/criu.ts';
import { oneOrAll } from './resolve/lists.ts';
import type { Document } from './schema/document.ts';

type Words = NonNullable<Document['criu']>;
type EditWords = Exclude<NonNullable<Words['images']>, readonly unknown[]>;

/** The `criu` section that loads to this setup. */
export function writeCriu(setup: CriuSetup): Words {
  const { namespace, faultPoint, scriptFails, taken, limits, syscalls, images, repeat, limit } = setup;
  const calls = syscalls.map(({ number, ...call }) => ({ ...call, ...(number === 1 ? {} : { number }) }));
  return {
    ...(namespace === 'host' ? {} : { namespace }),
    ...(faultPoint === undefined ? {} : { 'fault-point': faultPoint }),
    ...(scriptFails.length === 0 ? {} : { 'script-fails': oneOrAll(scriptFails) }),
    ...(taken.length === 0 ? {} : { taken: oneOrAll(taken) }),
    ...(limits.dump === undefined ? {} : { 'dump-limits': limitWords(limits.dump) }),
    ...(limits.restore === undefined ? {} : { 'restore-limits': limitWords(limits.restore) }),
    ...(calls.length === 0 ? {} : { syscalls: oneOrAll(calls) }),
    ...(images.length === 0 ? {} : { images: oneOrAll(images.map(editWords)) }),
    ...(repeat === 1 ? {} : { repeat }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function limitWords({ pids, files, fileSize }: CriuLimits): NonNullable<Words['dump-limits']> {
  return {
    ...(pids === undefined ? {} : { pids }),
    ...(files === undefined ? {} : { files }),
    ...(fileSize === undefined ? {} : { 'file-size': fileSize }),
  };
}

function editWords(edit: ImageEdit): EditWords {
  switch (edit.kind) {
    case 'task': {
      const { threads, ...rest } = edit.set;
      const single = Object.fromEntries(Object.entries(rest).map(([field, values]) => [field, values[0]!]));
      return { task: edit.record, set: { ...single, ...(threads && { threads: oneOrAll(threads) }) } };
    }
    case 'missing':
      return { file: edit.file, missing: true };
    case 'truncate':
    case 'extend':
      return { file: edit.file, [edit.kind]: edit.bytes };
    case 'xor':
      return { file: edit.file, ...(edit.at === 0 ? {} : { at: edit.at }), xor: edit.xor };
    case 'field': {
      const { file, record, path, value } = edit;
      return { file, ...(record === 0 ? {} : { record }), field: [...path], value };
    }
    default:
      return { file: edit.file, [edit.kind]: edit.record };
  }
}
