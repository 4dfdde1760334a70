/** Mutants of the rules that no test can kill, each with the reason. A test fails when a pattern matches none. */
import type { Equivalent } from '../equivalent.ts';

export const EQUIVALENT_RULES: readonly Equivalent[] = [
  {
    reason: 'It only remembers the answer: without it the answer is worked out again.',
    mutants: [/isSound: drop-call: sound\.set/],
  },
  {
    reason:
      'A coordinator without a result has not failed, but under taskself, and that is no call that has to succeed.',
    mutants: [
      /failure-has-a-cause\.ts check: one-side: !story\.failed \|\| result === undefined -> \(!story\.failed\)/,
    ],
  },
  {
    reason: 'A fault of the list has no call of CRIU: it is none of a word of the criu section either way.',
    mutants: [/listCauses: one-side: !fault && call === of -> \(call === of\)/],
  },
];
