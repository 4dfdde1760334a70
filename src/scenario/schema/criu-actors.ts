/** What is beside CRIU in a dump and a restore, and what happens to it: a server of pages, the freezer, the peer of the tree's connections. */
import * as z from 'zod';
import { CRIU_STAGE_NAMES, type CriuCall } from '../../model/criu.ts';
import { FREEZER_FAULTS } from '../../model/criu-cgroups.ts';
import { PEER_FAULTS } from '../../model/criu-peer.ts';
import { SERVER_FAULT_NAMES, SERVER_FAULTS, SERVER_NAMES } from '../../model/criu-servers.ts';
import { flag, integer, mapping, oneOf, word } from './word.ts';

export const criuStage = oneOf(CRIU_STAGE_NAMES, 'stage of CRIU');

export const optional = word(
  flag(),
  'It need not happen. Otherwise a case in which it happens in no run fails (fault-never-fired). Default: false.',
  'optional: true',
).optional();

/** A page server, or a lazy-pages daemon. */
export function server(of: CriuCall) {
  const faults = SERVER_FAULT_NAMES.map((name) => `${name} (${SERVER_FAULTS[name]})`).join(', ');
  const after =
    of === 'dump'
      ? 'When: after so many bytes of the dump, or after its stage pre-dump, before it connects.'
      : 'When: after a stage of the restore (pre-restore, post-restore, pre-resume, post-resume).';
  const example = of === 'dump' ? 'after: 4096' : 'after: post-restore';
  return z.union([
    flag(),
    mapping('true, or a mapping with fault and after', {
      fault: word(
        oneOf(SERVER_FAULT_NAMES, 'fault'),
        `What happens to the ${SERVER_NAMES[of]}: ${faults}.`,
        'fault: kill',
      ),
      after: word(z.union([integer(0, 2_000_000_000, 'a number of bytes'), criuStage]), after, example),
      optional,
    }),
  ]);
}

/** What happens to an actor, and after which stage. `it`: the actor. */
function faultAtStage<Name extends string>(
  faults: Readonly<Record<Name, string>>,
  it: string,
  ...examples: [NoInfer<Name>, string]
) {
  const names = Object.keys(faults) as Name[];
  const [fault, stage] = examples;
  return {
    fault: word(
      oneOf(names, 'fault'),
      `What happens to ${it}: ${names.map((name) => `${name} (${faults[name]})`).join(', ')}.`,
      `fault: ${fault}`,
    ),
    after: word(criuStage, 'When: after this stage.', `after: ${stage}`),
    optional,
  };
}

export const freezer = z.union([
  flag(),
  mapping('true, or a mapping with fault and after', faultAtStage(FREEZER_FAULTS, 'the cgroup', 'thaw', 'pre-dump')),
]);

export const peer = mapping('a mapping with fault and after', faultAtStage(PEER_FAULTS, 'it', 'reset', 'post-dump'));
