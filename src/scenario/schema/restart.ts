/** How the coordinator calls restart(2), and what restarts. */
import * as z from 'zod';
import { BACKENDS } from '../../model/case.ts';
import { anyPid, flags, pid, protocolFile } from './values.ts';
import { flag, kebab, list, mapping, oneOf, suggest, word } from './word.ts';

export const restart = mapping('a mapping with the words of a restart', {
  pid: word(anyPid, 'The pid argument; bogus ones allowed. Default: the pid of the root.', 'pid: 999').optional(),
  'coordinator-pid': word(
    pid,
    'The pid of the coordinator, no task of the tree. Default: 1; with taskself the pid of the root.',
    'coordinator-pid: 50',
  ).optional(),
  flags: word(
    flags,
    'The flags argument: taskself (the root restarts itself), frozen (leave the tasks frozen), ghost, or numbers for other bits.',
    'flags: [frozen, 0x80]',
  ).optional(),
  capable: word(
    flag(),
    'Whether the caller has the permission to call restart. Default: true.',
    'capable: false',
  ).optional(),
  fd: word(
    oneOf(['good', 'bad'], 'kind of file'),
    'The file of the image: good, or bad (not an open file). Default: good.',
    'fd: bad',
  ).optional(),
  logfd: word(
    oneOf(['good', 'bad', 'none'], 'kind of file'),
    'The file of the log: good, bad (not an open file), or none. Default: none.',
    'logfd: bad',
  ).optional(),
  debug: word(
    flag(),
    'The debug build, which keeps a list of the state of each task. Default: false.',
    'debug: true',
  ).optional(),
  protocol: word(
    z.union([
      suggest(kebab('the name of a protocol: series, patch, hardened or a variant'), 'protocols'),
      protocolFile,
    ]),
    'Which restart: series (the default), patch (patch 30/96 by itself), hardened, the name of a variant, or the file of a protocol of your own, from the folder of the scenario.',
    'protocol: hardened',
  ).optional(),
  backends: word(
    list(z.union([oneOf(BACKENDS, 'backend'), kebab('the name of a backend')]), 'a list of backends'),
    'The backends that the scenario is for; your own by its name. Default: all that support it.',
    'backends: [simulated, native]',
  ).optional(),
}).meta({ id: 'restart', description: 'How restart(2) is called.' });
