/** Calls of functions are written out where they stand: none may call itself, and the whole must stay small. */
import type { Node } from 'acorn';
import type { FileFunction } from './module.ts';
import type { ProtocolMistake } from './protocol.ts';
import type { FunctionScope } from './scope.ts';
import { placeOf } from './syntax.ts';

/** Steps of a protocol with all calls written out. */
const MAX_STEPS = 2000;

/** Complains about functions that call themselves, and about a protocol that has too many steps. */
export function countSteps(scopes: ReadonlyMap<FileFunction, FunctionScope>, mistakes: ProtocolMistake[]): void {
  const sizes = new Map<FileFunction, number>();
  const open: FileFunction[] = [];
  const complain = (at: Node, message: string, hint?: string): number => {
    mistakes.push({ ...placeOf(at), message, ...(hint !== undefined && { hint }) });
    return Number.NaN;
  };
  const sizeOf = (one: FileFunction, call: Node): number => {
    const known = sizes.get(one);
    if (known !== undefined) return known;
    if (open.includes(one)) return complain(call, `${one.name}() calls itself`, 'use a loop');
    const scope = scopes.get(one);
    open.push(one);
    // A call that is written out costs something too, though it has no step.
    let size = 1 + (scope?.ownSites ?? 0);
    for (const [target, at] of scope?.delegates ?? []) size += sizeOf(target, at) * (scope?.timesCalled(target) ?? 1);
    for (const [target, at] of scope?.calls ?? []) sizeOf(target, at);
    open.pop();
    sizes.set(one, size);
    return size;
  };
  for (const one of scopes.keys()) {
    const size = sizeOf(one, one.node);
    if (size > MAX_STEPS) complain(one.node, `${one.name}() has more than ${MAX_STEPS} steps, with all that it calls`);
  }
}
