/** CRIU touches no process outside of the tree. */

import { differences, few, missing } from '../../criu-census.ts';
import type { Property } from '../../property.ts';

const name = 'bystanders-untouched';

export const bystandersUntouched: Property = {
  name,
  title: 'Processes outside of the tree are untouched',
  statement:
    'Processes that do not belong to the tree are at the end as they were at the start, whatever happened to the tree: not killed, stopped, traced, or moved.',
  source: 'criu(8): a dump is of the tree below --tree, a restore of what the images hold',
  hint: 'Which pid did CRIU kill or stop, and where did it read that pid: in the images?',
  check(_c, { criu }) {
    if (!criu) return [];
    const { before, after } = criu.bystanders;
    const found = [
      ...missing(before, after).map((pid) => `bystander ${pid} is missing`),
      ...differences(before, after),
    ];
    return found.length === 0 ? [] : [{ property: name, message: few(found) }];
  },
};
