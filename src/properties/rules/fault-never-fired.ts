/** What it is called when a fault of a case fired in none of its runs; judged over all runs (src/injector/never-fired.ts). */
import type { Property } from '../property.ts';

export const FAULT_NEVER_FIRED: Omit<Property, 'check'> = {
  name: 'fault-never-fired',
  title: 'Every fault fires',
  statement:
    'Each fault of a case fires in at least one of its runs, unless it is `optional: true`: the signal is delivered, the call fails, the image is changed, the stage at which the action script fails is reached. A case in which a fault never fires has not tested what it names. (Of a run that follows a schedule: each fault that the schedule names. A limit fires when the call that it is for is started; a fault point of CRIU below 127 when its call does not succeed.)',
  source: 'docs/scenario-reference.md, `faults`',
  hint: 'The message names the nearest event: choose a moment that the restart reaches, allow more schedules, or set `optional: true` where the fault may miss.',
};
