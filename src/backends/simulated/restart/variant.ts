/** Which protocol it is that runs now. */
import type { Variant } from '../variants.ts';

/** Its switches: the compiler replaces `variant.x` by the value. */
export let variant: Variant = undefined as unknown as Variant;

/** Puts a protocol in place, as `use` of the kernel does a machine. */
export function useVariant(which: Variant): void {
  variant = which;
}
