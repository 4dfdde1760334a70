/** The flags argument of restart(2) as bits. */
import { RESTART_FLAGS } from '../../model/case.ts';

type Flag = keyof typeof RESTART_FLAGS | number;

/** The bits of a list of names and numbers. */
export function flagBits(flags: readonly Flag[]): number {
  return flags.reduce<number>(
    (bits, flag) => (bits | (typeof flag === 'number' ? flag : RESTART_FLAGS[flag])) >>> 0,
    0,
  );
}

/** The shortest list that gives these bits: names, and one number for the bits without a name. */
export function flagList(bits: number): Flag[] {
  const names = (Object.keys(RESTART_FLAGS) as (keyof typeof RESTART_FLAGS)[]).filter(
    (name) => bits & RESTART_FLAGS[name],
  );
  const rest = (bits & ~flagBits(names)) >>> 0;
  return rest === 0 ? names : [...names, rest];
}
