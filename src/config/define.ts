/** `mktrouble/config`: the types of a configuration file in TypeScript or JavaScript. */
import type { Settings } from './schema.ts';

export type { Settings as Config } from './schema.ts';

/** Gives a configuration its type: `export default defineConfig({ … })`. */
export function defineConfig(config: Settings): Settings {
  return config;
}
