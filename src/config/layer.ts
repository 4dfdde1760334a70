/** What reading settings from one place gives. */
import type { Diagnostic } from '../scenario/source/diagnostic.ts';
import type { Layer } from './resolve.ts';

export interface Read {
  /** Undefined where there is any error. */
  readonly layer: Layer | undefined;
  readonly diagnostics: readonly Diagnostic[];
}
