import type { Plan } from '../../../src/campaign/plan.ts';

/** Four units of five runs. */
export const PLAN: Plan = {
  version: 1,
  kind: 'run',
  work: {},
  files: {},
  firstSeed: 0,
  groups: [{ name: 'a', runs: 20, cost: 1 }],
  unitTime: 5,
};
