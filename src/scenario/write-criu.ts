/** How CRIU is used in a case, as the words of a scenario; defaults are left out. */
import { ABSENT, type CriuLimits, type CriuSetup, type ImageChange, PLAIN_CRIU } from '../model/criu.ts';
import type { CriuFreezerSetup } from '../model/criu-cgroups.ts';
import type { CriuServerSetup } from '../model/criu-servers.ts';
import { oneOrAll } from './resolve/lists.ts';
import type { Document } from './schema/document.ts';

type Words = NonNullable<Document['criu']>;
type EditWords = Exclude<NonNullable<Words['images']>, readonly unknown[]>;

/** The `criu` section that loads to this setup. */
export function writeCriu(setup: CriuSetup): Words {
  const {
    namespace,
    namespaces,
    cgroup,
    freezer,
    peer,
    interface: way,
    faultPoint,
    scriptFails,
    taken,
    limits,
    rounds,
    options,
    syscalls,
    servers = {},
    images,
    optional,
    parallel,
    rival,
    repeat,
    limit,
  } = setup;
  const calls = syscalls.map(({ number, outcomes, ...call }) => ({
    ...call,
    ...(number === 1 ? {} : { number }),
    ...(outcomes && { outcomes: [...outcomes] }),
  }));
  return {
    ...(namespace === 'host' ? {} : { namespace }),
    ...(namespaces === undefined ? {} : { namespaces: [...namespaces] }),
    ...(cgroup === undefined ? {} : { cgroup }),
    ...(freezer === undefined ? {} : { freezer: freezerWords(freezer) }),
    ...(peer === undefined ? {} : { peer }),
    ...(way === undefined ? {} : { interface: way }),
    ...(faultPoint === undefined ? {} : { 'fault-point': faultPoint }),
    ...(scriptFails.length === 0 ? {} : { 'script-fails': oneOrAll(scriptFails) }),
    ...(taken.length === 0 ? {} : { taken: oneOrAll(taken) }),
    ...(limits['pre-dump'] === undefined ? {} : { 'pre-dump-limits': limitWords(limits['pre-dump']) }),
    ...(limits.dump === undefined ? {} : { 'dump-limits': limitWords(limits.dump) }),
    ...(limits.restore === undefined ? {} : { 'restore-limits': limitWords(limits.restore) }),
    ...(String(rounds) === String(PLAIN_CRIU.rounds) ? {} : { rounds: [...rounds] }),
    ...(options.dump === undefined ? {} : { 'dump-options': options.dump }),
    ...(options.restore === undefined ? {} : { 'restore-options': options.restore }),
    ...(calls.length === 0 ? {} : { syscalls: oneOrAll(calls) }),
    ...(servers.dump === undefined ? {} : { 'page-server': serverWords(servers.dump) }),
    ...(servers.restore === undefined ? {} : { 'lazy-pages': serverWords(servers.restore) }),
    ...(images.length === 0 ? {} : { images: oneOrAll(images.map(editWords)) }),
    ...(optional === undefined ? {} : { optional: oneOrAll(optional) }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(rival === undefined ? {} : { rival }),
    ...(repeat === 1 ? {} : { repeat }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function serverWords({ fault, after, optional }: CriuServerSetup): NonNullable<Words['page-server']> {
  return fault === undefined ? true : { fault, after: after!, ...(optional && { optional }) };
}

function freezerWords({ fault, after, optional }: CriuFreezerSetup): NonNullable<Words['freezer']> {
  return fault === undefined ? true : { fault, after: after!, ...(optional && { optional }) };
}

function limitWords({ pids, files, fileSize, disk }: CriuLimits): NonNullable<Words['dump-limits']> {
  return {
    ...(pids === undefined ? {} : { pids }),
    ...(files === undefined ? {} : { files }),
    ...(fileSize === undefined ? {} : { 'file-size': fileSize }),
    ...(disk === undefined ? {} : { disk }),
  };
}

function editWords(edit: ImageChange): EditWords {
  return { ...changeWords(edit), ...(edit.optional && { optional: true }) };
}

function changeWords(edit: ImageChange): EditWords {
  switch (edit.kind) {
    case 'mutate': {
      const { target, seed, changes } = edit;
      return { mutate: target, seed: seedWord(seed), ...(changes === 1 ? {} : { changes }) };
    }
    case 'edit':
      return { edit: edit.editor, ...(Object.keys(edit.with).length === 0 ? {} : { with: { ...edit.with } }) };
    case 'task': {
      const words = Object.entries(edit.set).map(([field, values]) => [
        field,
        values.length === 0 ? ABSENT : oneOrAll(values),
      ]);
      return { task: edit.record, set: Object.fromEntries(words) };
    }
    case 'missing':
      return { file: edit.file, missing: true };
    case 'truncate':
    case 'extend':
      return { file: edit.file, [edit.kind]: edit.bytes };
    case 'xor':
      return { file: edit.file, ...(edit.at === 0 ? {} : { at: edit.at }), xor: edit.xor };
    case 'field': {
      const { file, record, path, nth, value } = edit;
      const which = nth.some((n) => n > 0) ? { nth: [...nth] } : {};
      const change = typeof value === 'object' ? value : { value };
      return { file, ...(record === 0 ? {} : { record }), field: [...path], ...which, ...change };
    }
    default:
      return { file: edit.file, [edit.kind]: edit.record };
  }
}

/** A number where it is one, as people write it. */
function seedWord(seed: string): string | number {
  return /^(0|[1-9]\d{0,14})$/.test(seed) ? Number(seed) : seed;
}
