/** Protocols of a user's own by their files: read once for each content, with what is wrong with them. */
import path from 'node:path';
import { CannotRead } from '../boundary/read-file.ts';
import { PROPERTY_NAMES } from '../properties/names.ts';
import { describeMistakes, loadProtocol } from '../protocol/own/load.ts';
import type { ProtocolMistake } from '../protocol/own/protocol.ts';
import type { FoundProtocol } from '../scenario/own-protocol.ts';
import { didYouMean } from '../scenario/source/nearest.ts';

/** What to do about a file that is no protocol. */
const HINT = 'the language of protocols is docs/writing-a-protocol.md';

/** A protocol file by its path from `folder`, and its path from the working folder. Never throws. */
export function findProtocol(file: string, folder = '.'): FoundProtocol {
  const fromHere = protocolPath(file, folder);
  try {
    const found = loadProtocol(fromHere);
    if (!('name' in found)) return { message: describeMistakes(fromHere, found.map(withHint)), hint: HINT };
    const taken = found.properties.find(({ name }) => PROPERTY_NAMES.includes(name));
    if (taken) return { message: `${fromHere}: the name ${taken.name} is that of a property of mktrouble` };
    const properties = found.properties.map(({ name }) => name);
    return { file: fromHere, facts: { stages: found.stages, calls: found.calls, properties } };
  } catch (error) {
    if (!(error instanceof CannotRead)) throw error;
    return {
      message: error.message,
      hint: 'a path is taken from the folder of the scenario, on the command line from the current one',
    };
  }
}

function withHint(mistake: ProtocolMistake): ProtocolMistake {
  const { unknown } = mistake;
  const meant = unknown && didYouMean(unknown.word, unknown.known);
  return meant === undefined ? mistake : { ...mistake, hint: meant };
}

/** The path of a protocol as records have it: from the working folder, with slashes, and never like a name. */
export function protocolPath(file: string, folder = '.'): string {
  const relative = path.relative('.', path.resolve(folder, file)).split(path.sep).join('/');
  return relative.startsWith('.') ? relative : `./${relative}`;
}
