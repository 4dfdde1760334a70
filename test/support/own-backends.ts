/** Files of backends of a user's own, right and wrong. */

/** A backend that gives every task a quiet end. `more`: further properties of the module, or of its backend. */
export const quietBackend = (module = '', backend = ''): string => `
const end = (plan) => ({
  version: 1, backend: 'quiet', protocol: plan.protocol, case: plan.case.id, seed: plan.seed, events: [], findings: [], end: 'over',
  final: {
    coordinator: { end: 'returned', result: 0 }, restores: [],
    tasks: Object.fromEntries(plan.case.tasks.map(({ pid }) => [pid, { end: 'returned', marked: true }])),
  },
});
export default {
  contract: 1, name: 'quiet',
  create: () => ({
    name: 'quiet',
    capabilities: async () => [{ name: 'quiet', available: true, detail: 'an example' }],
    refuses: (c) => (c.faults.length > 0 ? 'it knows no faults' : undefined),
    run: async (plan) => end(plan),
    dispose: async () => {},
    ${backend}
  }),
  ${module}
};
`;
/** In TypeScript. */
export const TYPED_BACKEND = `import { BadSurroundings, defineBackend, type Backend } from 'mktrouble/backend';
const backend: Backend = {
  name: 'typed',
  capabilities: async () => [{ name: 'typed', available: true, detail: 'in TypeScript' }],
  refuses: () => undefined,
  run: async () => { throw new BadSurroundings('no engine is installed'); },
  dispose: async () => {},
};
export default defineBackend({ contract: 1, name: 'typed', create: () => backend });
`;

/** Modules that are no backend, and backends that do not fit, each by the name of its file. */
export const WRONG_MODULES: Readonly<Record<string, string>> = {
  'no-export.mjs': 'export const other = 1;\n',
  'old.mjs': quietBackend('contract: 0,'),
  'nameless.mjs': quietBackend("name: 'Not A Name',"),
  'taken.mjs': quietBackend("name: 'native',"),
  'throws.mjs': '\nthrow new Error("no luck");\n',
  'other-name.mjs': quietBackend('', "name: 'loud',"),
  'unfinished.mjs': quietBackend('', 'run: undefined,'),
  'bad-record.mjs': quietBackend('', "run: async (plan) => ({ ...end(plan), end: 'finished' }),"),
};
