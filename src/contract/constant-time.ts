/** Comparison of secret texts. */

/** Compares without telling by its time where two strings differ. Their lengths may show. */
export function equalInConstantTime(left: string, right: string): boolean {
  const a = new TextEncoder().encode(left)
  const b = new TextEncoder().encode(right)
  let difference = a.length ^ b.length
  for (let index = 0; index < b.length; index++) difference |= (a[index % a.length] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}
