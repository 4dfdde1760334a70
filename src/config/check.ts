/** Checks settings against the schema and against the names of this build. */
import { type BackendName, isBackendFile, isProtocolFile } from '../model/case.ts';
import { checkValue } from '../scenario/check.ts';
import { type Complain, unknown } from '../scenario/complain.ts';
import { currentName, type KnownNames } from '../scenario/known-names.ts';
import type { Mistakes } from '../scenario/source/diagnostic.ts';
import type { Part, Path } from '../scenario/source/raw.ts';
import type { Span } from '../scenario/source/text.ts';
import { isMistake, type ReadBackend } from './own-backend.ts';
import { SETTINGS, type Settings } from './schema.ts';
import { type ReporterSpec, readReporter, refuseReporter } from './values.ts';

/** The names of this build. */
export interface KnownSettings extends KnownNames {
  readonly backends: readonly BackendName[];
  /** Loads a backend of the user's own; without it none can be named. */
  readonly readBackend?: ReadBackend;
  /** Loads a property of the user's own; without it none can be named. */
  readonly readProperty?: ReadBackend;
  /** Load a fault verb and an image editor of the user's own; without them none can be named. */
  readonly readFault?: ReadBackend;
  readonly readImageEditor?: ReadBackend;
  /** Loads a template of the user's own; without it the files are not looked at. */
  readonly readTemplate?: ReadBackend;
}

/** The settings; undefined where there is any mistake, which is then in `mistakes`. `locate`: the place of a setting. */
export function checkSettings(
  value: unknown,
  known: KnownSettings,
  mistakes: Mistakes,
  locate: (path: Path, part: Part) => Span,
): Settings | undefined {
  const before = mistakes.count;
  const complain: Complain = ({ path, part, ...rest }) =>
    mistakes.add({ ...rest, span: locate(path, part ?? 'value') });
  const [wrong] = checkValue(SETTINGS, value, [], complain).wrong;
  // A value that would be an expression in a scenario is for the author to fill in.
  if (wrong && mistakes.count === before)
    complain({ path: wrong, message: 'there are no expressions in a configuration' });
  if (mistakes.count > before) return undefined;
  const settings = checkNames(value as Settings, known, complain);
  return mistakes.count > before ? undefined : settings;
}

/** The settings with the current names in place of old ones. */
function checkNames(settings: Settings, known: KnownSettings, complain: Complain): Settings {
  const protocol = (name: string | undefined, path: Path): string | undefined => {
    if (name === undefined) return undefined;
    if (isProtocolFile(name)) return protocolFile(name, path);
    const current = currentName(name, known.renamed?.protocols, path, complain);
    if (known.protocols && !known.protocols.includes(current))
      complain(unknown(path, 'protocol', current, () => known.protocols!));
    return current;
  };
  const protocolFile = (name: string, at: Path): string => {
    const found = known.ownProtocol?.(name);
    if (found && 'message' in found) complain({ path: at, ...found });
    return found && 'file' in found ? found.file : name;
  };
  const backend = (name: BackendName, path: Path): void => {
    if (known.readBackend && isBackendFile(name)) {
      const read = known.readBackend(name);
      if (isMistake(read)) complain({ path, ...read });
    } else if (!known.backends.includes(name)) complain(unknown(path, 'backend', name, () => known.backends));
  };
  const { backends, projects } = settings;
  const notHere: ReadBackend = () => ({ message: 'modules of your own cannot be loaded here' });
  checkModules(settings, 'properties', known.readProperty ?? notHere, complain);
  checkModules(settings, 'faults', known.readFault ?? notHere, complain);
  checkModules(settings, 'imageEditors', known.readImageEditor ?? notHere, complain);
  if (known.readTemplate) checkModules(settings, 'templates', known.readTemplate, complain);
  if (backends !== undefined && backends !== 'all')
    [backends].flat().forEach((name, i) => {
      backend(name, typeof backends === 'string' ? ['backends'] : ['backends', i]);
    });
  const seen = new Set<string>();
  const renamed = projects?.map((project, i) => {
    if (seen.has(project.name))
      complain({ path: ['projects', i, 'name'], message: `two projects have the name ${project.name}` });
    seen.add(project.name);
    backend(project.backend, ['projects', i, 'backend']);
    const current = protocol(project.protocol, ['projects', i, 'protocol']);
    return current === undefined ? project : { ...project, protocol: current };
  });
  checkReporters(settings, complain);
  const current = protocol(settings.protocol, ['protocol']);
  protocol(settings.defaults?.restart?.protocol, ['defaults', 'restart', 'protocol']);
  return {
    ...settings,
    ...(current !== undefined && { protocol: current }),
    ...(renamed && { projects: renamed }),
  };
}

const NOUNS = {
  properties: 'properties',
  faults: 'fault verbs',
  imageEditors: 'image editors',
  templates: 'templates',
} as const;

/** The modules of a setting that is a list of files: each can be loaded, and no two have the same name. */
function checkModules(settings: Settings, setting: keyof typeof NOUNS, read: ReadBackend, complain: Complain): void {
  const names = new Set<string>();
  settings[setting]?.forEach((file, i) => {
    const module = read(file);
    const path = [setting, i];
    if (isMistake(module)) complain({ path, ...module });
    else if (names.has(module.name)) complain({ path, message: `two ${NOUNS[setting]} have the name ${module.name}` });
    else names.add(module.name);
  });
}

function checkReporters({ reporters = [] }: Settings, complain: Complain): void {
  const before: ReporterSpec[] = [];
  reporters.forEach((given, i) => {
    const reporter = typeof given === 'string' ? readReporter(given)! : (given as ReporterSpec);
    const why = refuseReporter(reporter, before);
    if (why !== undefined) complain({ path: ['reporters', i], message: why });
    before.push(reporter);
  });
}
