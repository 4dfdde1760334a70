/** A walk over numbers that is even at every moment: whatever part of it is done has seen all regions alike. */

/** The i-th of the numbers 0 to `total` less one, by steps of a golden section; the first `total` of them are each of them once. */
export function spread(i: number, total: number): number {
  let stride = Math.max(1, Math.round(total * 0.618));
  while (gcd(stride, total) > 1) stride++;
  return Number((BigInt(i) * BigInt(stride)) % BigInt(total));
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
