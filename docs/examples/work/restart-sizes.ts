/** Work of a campaign: how many states a restart has, by the number of its tasks. */
import { defineScenario, openBackend, runCase } from 'mktrouble';
import { defineWork } from 'mktrouble/work';

const SIZES = [2, 3, 4];

export default defineWork({
  contract: 1,
  name: 'restart-sizes',
  limit: 600_000,
  items: () => SIZES.map((tasks) => ({ name: `${tasks} tasks`, cost: 10 ** tasks })),
  run: async (name) => {
    const children = Array.from({ length: Number.parseInt(name, 10) - 1 }, (_, i) => ({ pid: 101 + i }));
    const [c] = defineScenario({
      scenario: name,
      tree: { pid: 100, children },
      restart: { protocol: 'hardened' },
      explore: 'exhaustive',
    });
    const backend = await openBackend('simulated');
    const { status, violations, tried } = await runCase(c!, { backend });
    return {
      status: status === 'pass' ? 'pass' : 'fail',
      findings: violations.map(({ property }) => ({ property, place: name })),
      value: { states: tried.states },
    };
  },
});
