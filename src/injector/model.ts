/** What the simulated backend, the model of real tasks, has to say about a case that they run. */
import { isSchedulable } from '../backends/backend.ts';
import { openBackend } from './backends.ts';
import { comparison } from './differential.ts';
import { EXPLORERS, type ExploreRequest } from './explorers.ts';

/** For a request to a backend of real tasks: a search of the model, and the comparison with it. */
export async function modelFor(
  request: Omit<ExploreRequest, 'backend'>,
): Promise<Pick<ExploreRequest, 'searchModel' | 'compare'>> {
  // It holds nothing that would have to be let go of: a machine is memory.
  const backend = await openBackend('simulated');
  if (!isSchedulable(backend)) return {};
  const compare = comparison(backend, request.plan);
  return {
    searchModel: () => EXPLORERS[request.explore.strategy]({ ...request, backend }),
    ...(compare && { compare }),
  };
}
