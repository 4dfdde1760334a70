/** A backend whose moments a fault verb of one's own can use: it saves each task in a store, and restores what the store has. */
import { defineBackend, type OwnFault, OwnFaults, type Plan, type RunEvent, type RunRecord } from 'mktrouble/backend';

const ENOENT = 2;
const EIO = 5;

async function restart({ case: c, protocol, seed }: Plan, verbs: readonly OwnFault[]): Promise<RunRecord> {
  const faults = new OwnFaults(c, verbs);
  const events: RunEvent[] = [];
  const moment = async (name: string, scene: unknown): Promise<void> => {
    for (const event of await faults.at(name, scene)) events.push({ ...event, step: events.length + 1 });
  };
  const pids = c.tasks.map(({ pid }) => pid);
  const records = new Map(pids.map((pid) => [pid, `task ${pid}`]));
  await moment('after-save', { records });
  await moment('before-load', { records });
  const bad = pids.find((pid) => !records.get(pid));
  const end = bad === undefined ? ('returned' as const) : ('killed' as const);
  return {
    version: 1,
    backend: 'store',
    protocol,
    case: c.id,
    seed,
    events,
    fired: faults.fired,
    final: {
      coordinator: { end: 'returned', result: bad === undefined ? 0 : -(records.has(bad) ? EIO : ENOENT) },
      tasks: Object.fromEntries(pids.map((pid) => [pid, { end, marked: true }])),
      restores: [],
    },
    findings: [],
    end: 'over',
  };
}

export default defineBackend({
  contract: 1,
  name: 'store',
  create: ({ faults }) => ({
    name: 'store',
    deterministic: true,
    capabilities: async () => [{ name: 'store', available: true, detail: 'keeps tasks in memory' }],
    refuses: (c) => (c.faults.some(({ own }) => !own) ? 'it knows no faults but those of your own' : undefined),
    run: (plan) => restart(plan, faults),
    dispose: async () => {},
  }),
});
