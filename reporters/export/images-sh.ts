/** Changes of images in the shell part of a reproducer. */
import type { Case } from '../../src/model/case.ts';
import { type ImageEdit, PSTREE_FIELDS, type PstreeField } from '../../src/model/criu.ts';

/** The lines that make a change; `repro`: the program whose functions `edit` and `records` are. */
export function writeEdit(c: Case, edit: ImageEdit, repro: string): string[] {
  if (edit.kind === 'task') return writePstree(c, edit);
  const file = `img/${edit.file}.img`;
  switch (edit.kind) {
    case 'missing':
      return [`rm ${file}`];
    case 'truncate':
      return [`truncate -s ${edit.bytes} ${file}`];
    case 'extend':
      return [`head -c ${edit.bytes} /dev/zero | tr '\\0' '\\377' >> ${file}`];
    case 'xor': {
      const at = edit.at < 0 ? `$(($(wc -c < ${file}) ${edit.at}))` : edit.at;
      return [
        `byte=$(od -An -tu1 -j ${at} -N 1 ${file})`,
        `printf "\\\\$(printf %o $((byte ^ ${edit.xor})))" | dd of=${file} bs=1 seek=${at} conv=notrunc status=none`,
      ];
    }
    case 'drop':
    case 'repeat':
      return [`${repro} records ${file} ${edit.record} ${edit.kind}`];
    case 'field': {
      const { value, path, nth } = edit;
      const words = path.map((number, i) => ((nth[i] ?? 0) === 0 ? number : `${number}:${nth[i]}`));
      const what = typeof value === 'object' ? `${value.add < 0 ? '' : '+'}${value.add}` : value;
      return [`${repro} edit ${file} ${edit.record} ${what} ${words.join(' ')} || exit 125`];
    }
  }
}

/** pstree.img is short: it is written again as the dump wrote it, with the change. */
function writePstree(c: Case, { record, set }: Extract<ImageEdit, { kind: 'task' }>): string[] {
  const inner = (pid: number): number => (c.criu?.namespace === 'own' && pid === c.tasks[0]!.pid ? 1 : pid);
  const processes = c.tasks.filter(({ pid, leader }) => pid === leader);
  const lines = processes.map((task, i) => {
    const threads = c.tasks.filter(({ leader }) => leader === task.pid).map(({ pid }) => inner(pid));
    const fields: Record<PstreeField, readonly number[]> = {
      pid: [inner(task.pid)],
      ppid: [typeof task.parent === 'number' ? inner(task.parent) : 0],
      pgid: [inner(task.pgid)],
      sid: [inner(task.session)],
      threads,
      ...(i === record ? set : {}),
    };
    const bytes = Object.entries(fields).flatMap(([name, values]) =>
      values.flatMap((value) => [PSTREE_FIELDS[name as PstreeField] << 3, ...varint(value)]),
    );
    const words = Object.entries(fields).map(([name, values]) => `${name} ${values.join(' ') || 'absent'}`);
    return `	printf '${octal([bytes.length, 0, 0, 0, ...bytes])}' # ${words.join(', ')}${i === record ? ' <- changed' : ''}`;
  });
  return ['{	head -c 8 img/pstree.img', ...lines, '} > pstree && mv pstree img/pstree.img'];
}

/** A negative number as CRIU reads it: 32 bits of an unsigned one. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function octal(bytes: readonly number[]): string {
  return bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
