/** Compares secret texts. */

/** Compares two strings in a time that does not depend on where they differ. Timing may reveal their lengths. */
export function equalInConstantTime(left: string, right: string): boolean {
  const a = new TextEncoder().encode(left)
  const b = new TextEncoder().encode(right)
  let difference = a.length ^ b.length
  for (let index = 0; index < b.length; index++) difference |= (a[index % a.length] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}
