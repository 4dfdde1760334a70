/**
 * What a template of one's own is written with: the package's export `mktrouble/template`. A module whose default export (or export
 * `template`) is one; see docs/extending.md.
 */

/** The version of the contract. Changes when a template that fits it would fit no more. */
export const TEMPLATE_CONTRACT_VERSION = 1;

/** Where a scenario is to be written. */
export interface NewScenario {
  /** The file, as the command line gives it; `-` is standard output. */
  readonly file: string;
}

export interface OwnTemplate {
  readonly contract: typeof TEMPLATE_CONTRACT_VERSION;
  /** Lower-case words joined by dashes; none of mktrouble's own. What `mktrouble new` is given. */
  readonly name: string;
  /** What the scenario is about, in one line: the list of `mktrouble new` has it. */
  readonly about: string;
  /** The text of a scenario file, without the line that names the schema. It is loaded, and written only when it has no mistake. */
  make(scenario: NewScenario): string;
}

/** Gives a module its type: `export default defineTemplate({ contract: 1, name: 'mine', about: '…', make: () => 'scenario: …' })`. */
export function defineTemplate(template: OwnTemplate): OwnTemplate {
  return template;
}
