/** The reporters that mktrouble ships, by name. */
import { Coverage } from './listeners/coverage.ts';
import { Ctrf } from './listeners/ctrf.ts';
import { Github } from './listeners/github.ts';
import { Html } from './listeners/html.ts';
import { Json } from './listeners/json.ts';
import { Junit } from './listeners/junit.ts';
import { Sarif } from './listeners/sarif.ts';
import { Spec } from './listeners/spec.ts';
import { Tap } from './listeners/tap.ts';
import type { ListenerFactory } from './shared/listener.ts';

/** By the name given to `--reporter`. */
export const REPORTERS: Readonly<Record<string, ListenerFactory>> = {
  spec: (setting) => new Spec(setting),
  junit: (setting) => new Junit(setting),
  json: (setting) => new Json(setting),
  tap: (setting) => new Tap(setting),
  github: (setting) => new Github(setting),
  html: (setting) => new Html(setting),
  sarif: (setting) => new Sarif(setting),
  ctrf: (setting) => new Ctrf(setting),
  coverage: (setting) => new Coverage(setting),
};

export const REPORTER_NAMES: readonly string[] = Object.keys(REPORTERS);

export interface ReporterSpec {
  /** One of REPORTER_NAMES, one of Mocha's own, or a module as Mocha's --reporter takes it. */
  readonly name: string;
  /** A file; without it the report goes to standard output. */
  readonly output?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}
