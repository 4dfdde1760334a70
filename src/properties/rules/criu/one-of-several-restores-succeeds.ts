/** Of several restores of the same images at the same time one succeeds, and no other. */

import { callText } from '../../../record/program-text.ts';
import { listCauses, succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'one-of-several-restores-succeeds';

export const oneOfSeveralRestoresSucceeds: Property = {
  name,
  title: 'Of several restores of the same images at one time exactly one succeeds',
  statement:
    'Of the restores that `parallel` starts at one time exactly one reports success: not none, for then no copy of the tree lives though its images are complete, and not two. (That none succeeds is not judged when the scenario has done something to the restore, or to its images.)',
  source:
    'criu(8): a restore makes the tree of the images. Its pids, files and sockets exist once; what one restore takes the other one cannot have, and it must leave it to the first',
  hint: 'What did each of them make before it knew that the other one was at work, and did it remove what was not its own?',
  check(c, { criu }) {
    const { restore, rivals } = criu ?? {};
    if (!criu || !restore || !rivals) return [];
    const all = [restore, ...rivals];
    const successes = all.filter(succeeded).length;
    if (successes === 1) return [];
    const isHit = listCauses(c, criu, 'restore').length > 0 || (criu.edits ?? []).length > 0;
    if (successes === 0 && isHit) return [];
    const what = successes === 0 ? `none of ${all.length} restores at one time` : `${successes} of ${all.length}`;
    const why = successes === 0 ? `: ${all.map((run) => callText(run)).join('; ')}` : '';
    return [{ property: name, message: `${what} succeeded${why}` }];
  },
};
