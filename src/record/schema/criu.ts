/** What a record has of the calls of CRIU. */

import * as z from 'zod';
import { FREEZER_FAULT_NAMES } from '../../model/criu-cgroups.ts';
import { PEER_FAULT_NAMES } from '../../model/criu-peer.ts';
import { RIVAL_FAULT_NAMES } from '../../model/criu-rival.ts';
import { count, list, milliseconds, name, pid, text, whole } from './scalars.ts';

const FACTS = z.record(name, name).optional();
const CRIU_TASK = z.looseObject({
  pid,
  name,
  state: name,
  parent: pid,
  pgid: pid,
  session: pid,
  pending: name,
  threads: list(
    z.looseObject({ tid: pid, state: name, blocked: name, pending: name, tracer: pid, wchan: name, facts: FACTS }),
  ),
  facts: FACTS,
  heldFacts: FACTS,
  askedFacts: FACTS,
});
export const CRIU_CENSUS = z.looseObject({ tasks: list(CRIU_TASK), silent: list(pid) });
const CRIU_SERVER = z.looseObject({
  name,
  end: z.looseObject({ exit: whole.optional(), signal: whole.optional() }).optional(),
  unused: z.literal(true).optional(),
  hit: name.optional(),
  errors: list(text),
});
const CRIU_RUN = z.looseObject({
  of: name,
  exit: whole.optional(),
  signal: whole.optional(),
  timedOut: count.optional(),
  flooded: count.optional(),
  duration: milliseconds.optional(),
  errors: list(text),
  lastLine: text.optional(),
  responses: list(
    z.looseObject({ success: z.boolean(), errno: whole.optional(), message: text.optional() }),
  ).optional(),
  server: CRIU_SERVER.optional(),
  waiting: list(CRIU_TASK).optional(),
});

const CHANGES = list(z.looseObject({ kind: name, added: list(name), removed: list(name) })).optional();

const CONNECTIONS = list(z.looseObject({ bytes: count, end: name.optional() }));

const ROUND = z.looseObject({
  version: name,
  preDumps: list(
    z.looseObject({ before: CRIU_CENSUS, run: CRIU_RUN, after: CRIU_CENSUS, changes: CHANGES }),
  ).optional(),
  sameImages: z.literal(true).optional(),
  freezer: z.enum(FREEZER_FAULT_NAMES).optional(),
  peer: z.enum(PEER_FAULT_NAMES).optional(),
  rival: z.looseObject({ at: name, run: CRIU_RUN, hit: z.enum(RIVAL_FAULT_NAMES).optional() }).optional(),
  before: CRIU_CENSUS,
  dump: CRIU_RUN,
  afterDump: CRIU_CENSUS,
  dumpAgain: CRIU_RUN.optional(),
  restore: CRIU_RUN.optional(),
  afterRestore: CRIU_CENSUS.optional(),
  again: CRIU_RUN.optional(),
  afterAgain: CRIU_CENSUS.optional(),
  surroundings: z.looseObject({ dump: CHANGES, restore: CHANGES }).optional(),
  bystanders: z.looseObject({ before: CRIU_CENSUS, after: CRIU_CENSUS }),
  connections: z.looseObject({ before: CONNECTIONS, after: CONNECTIONS }).optional(),
  edits: list(
    z.looseObject({ kind: name, file: name.optional(), path: list(whole).optional(), nth: list(whole).optional() }),
  ).optional(),
  imaged: list(whole).optional(),
  hits: list(
    z.looseObject({
      verb: name,
      own: name.optional(),
      to: z.union([z.literal('criu'), pid]).optional(),
      signal: whole.optional(),
      stage: name,
    }),
  ),
  stages: list(name),
  ownSubject: z.boolean(),
});

export const CRIU = ROUND.extend({ earlier: list(ROUND).optional() });
