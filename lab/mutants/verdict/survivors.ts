/** Mutants of the rules that no test can tell from them, each with the reason. A test finds out when a pattern fits none. */
import type { Equivalent } from '../equivalent.ts';

export const EQUIVALENT_RULES: readonly Equivalent[] = [];
