/**
 * What work of one's own is written with: the package's export `mktrouble/work`. A module whose default export (or export `work`) is a list of
 * items that a campaign does, each in a run of its own; see docs/campaigns.md.
 */

/** The version of the contract. Changes when work that fits it would fit no more. */
export const WORK_CONTRACT_VERSION = 1;

export interface WorkItem {
  /** Unique among the items. With the content of the plan it names the unit. */
  readonly name: string;
  /** Milliseconds that it takes, about: items are joined to units by it; 1000 by default. */
  readonly cost?: number;
}

/** What an item is run with. */
export interface ItemContext {
  /** One of `--seeds`; `0` by default. */
  readonly seed: string;
  /** Aborted: the campaign is stopped, or the item has taken longer than the limit. Its outcome counts no more. */
  readonly signal: AbortSignal;
  /** Where files of findings go. */
  readonly folder: string;
}

/** Findings with the same property, place and shape are one defect. */
export interface ItemFinding {
  readonly property: string;
  readonly place?: string;
  readonly shape?: string;
  /** A file that shows it, which the item has written. */
  readonly file?: string;
}

export interface ItemOutcome {
  /** By default `fail` with a finding, and `pass` without. */
  readonly status?: 'pass' | 'fail' | 'incomplete' | 'skip';
  readonly findings?: readonly ItemFinding[];
  /** Anything that JSON has, of at most 20,000 characters: `campaign results --json` has it, by the name of the item. */
  readonly value?: unknown;
}

export interface OwnWork {
  readonly contract: typeof WORK_CONTRACT_VERSION;
  /** Lower-case words joined by dashes. */
  readonly name: string;
  /** Files that decide the outcomes, beside the module and what it imports, by their paths from its folder. */
  readonly files?: readonly string[];
  /** Milliseconds that one item may take, up to a day; 60,000 by default. */
  readonly limit?: number;
  /** The items, in the order in which they are done. Called when the campaign is planned. */
  items(): readonly WorkItem[] | Promise<readonly WorkItem[]>;
  /**
   * Does the item of this name, in any worker, as often as it takes: twice gives the same. The item is an error when it throws, when it takes
   * longer than the limit, or when its worker ends twice meanwhile.
   */
  run(name: string, context: ItemContext): ItemOutcome | undefined | Promise<ItemOutcome | undefined>;
  /** Called when the worker ends. */
  dispose?(): void | Promise<void>;
}

/** Gives a module its type: `export default defineWork({ contract: 1, name: 'mine', items: () => [{ name: 'a' }], run: (name) => ({}) })`. */
export function defineWork(work: OwnWork): OwnWork {
  return work;
}
