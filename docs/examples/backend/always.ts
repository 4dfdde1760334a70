/** A backend: a restart that always succeeds. */
import { defineBackend, type Plan, type RunRecord } from 'mktrouble/backend';

function restart({ case: c, protocol, seed }: Plan): RunRecord {
  return {
    version: 1,
    backend: 'always',
    protocol,
    case: c.id,
    seed,
    events: [],
    final: {
      coordinator: { end: 'returned', result: 0 },
      tasks: Object.fromEntries(c.tasks.map(({ pid }) => [pid, { end: 'returned', marked: true }])),
      restores: [],
    },
    findings: [],
    end: 'over',
  };
}

export default defineBackend({
  contract: 1,
  name: 'always',
  create: () => ({
    name: 'always',
    deterministic: true,
    capabilities: async () => [{ name: 'always', available: true, detail: 'always succeeds' }],
    refuses: (c) => (c.faults.length > 0 ? 'it knows no faults' : undefined),
    run: async (plan) => restart(plan),
    dispose: async () => {},
  }),
});
