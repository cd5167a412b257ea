/** Compares bytes. Not for secrets: the time tells where the first difference is. */
export function haveSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
