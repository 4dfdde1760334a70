/** What distinguishes one defect from another, wherever it is found, and what is known about it. */
import { createHash } from 'node:crypto';

/** No pid, address, line number or title is in it: it is the same on every machine, for every run, seed and schedule. */
export interface Signature {
  /** The property that is violated; of several, the one whose violation causes the others. */
  readonly property: string;
  /** Where it shows: a function, a point of the restart, a call of CRIU with a file of its source. */
  readonly place: string;
  /** What else is characteristic: how the run ended, what was damaged. May be empty. */
  readonly shape: string;
}

/** What is known about a defect, and how a finding of it counts for `--fail-on new`. */
export const DEFECT_STATES = {
  new: 'not reviewed yet: a finding of it counts as new',
  known: 'reviewed: a finding of it is expected',
  flaky: 'reviewed, and shows in some runs only',
  fixed: 'repaired: a finding of it is a regression, and counts as new',
} as const;
export type DefectState = keyof typeof DEFECT_STATES;
export const DEFECT_STATE_NAMES = Object.keys(DEFECT_STATES) as DefectState[];

/** A defect of mktrouble.known.yaml. */
export interface KnownDefect {
  /** Its key in the file, by which a scenario refers to it. */
  readonly name: string;
  readonly title: string;
  readonly state: DefectState;
  readonly signatures: readonly Signature[];
  /** Where it is tracked. */
  readonly issue?: string;
  readonly note?: string;
  /** Ids of cases that have shown it. */
  readonly cases?: readonly string[];
}

/** The findings that are one defect. */
export interface Bucket {
  /** The id of the signature. */
  readonly id: string;
  readonly signature: Signature;
  readonly state: DefectState;
  /** The defect of mktrouble.known.yaml that has this signature; absent where none has. */
  readonly defect?: string;
  readonly title?: string;
  readonly issue?: string;
}

/** Hexadecimal digits of an id: with 40 bits, a thousand signatures have no two equal ids. */
const ID_DIGITS = 10;

/** The id of a signature: equal for equal signatures, 10 hexadecimal digits. */
export function hashSignature({ property, place, shape }: Signature): string {
  return createHash('sha256')
    .update(JSON.stringify([property, place, shape]))
    .digest('hex')
    .slice(0, ID_DIGITS);
}

/** The bucket of a signature among the defects that are known; one that none of them has is new. */
export function findBucket(signature: Signature, defects: readonly KnownDefect[]): Bucket {
  const id = hashSignature(signature);
  const defect = defects.find(({ signatures }) => signatures.some((one) => isSame(one, signature)));
  if (!defect) return { id, signature, state: 'new' };
  const { name, title, state, issue } = defect;
  return { id, signature, state, defect: name, title, ...(issue !== undefined && { issue }) };
}

function isSame(a: Signature, b: Signature): boolean {
  return a.property === b.property && a.place === b.place && a.shape === b.shape;
}

/** Whether `--fail-on new` counts a finding: its defect is not known, not reviewed, or was repaired. */
export function isNew({ state }: Pick<Bucket, 'state'>): boolean {
  return state === 'new' || state === 'fixed';
}
