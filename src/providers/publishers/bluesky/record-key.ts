/** Keys of records: timestamp identifiers (atproto.com, "Timestamp Identifiers (TIDs)"). */

const digits = '234567abcdefghijklmnopqrstuvwxyz'
const length = 13
const clockBits = 10n

/**
 * Creates a key. Two keys of one account collide with a probability of one in a million, and only if they are made in the same
 * millisecond.
 */
export function newRecordKey(now: number): string {
  const [micros = 0, clock = 0] = crypto.getRandomValues(new Uint32Array(2))
  const time = BigInt(Math.floor(now)) * 1000n + BigInt(micros % 1000)
  let rest = (time << clockBits) | BigInt(clock % 1024)
  let key = ''
  for (let place = 0; place < length; place++) {
    key = digits.charAt(Number(rest % 32n)) + key
    rest /= 32n
  }
  return key
}

/** Checks if a text is a key. */
export function isRecordKey(text: string | undefined): text is string {
  return text !== undefined && /^[2-7a-z]{13}$/.test(text)
}
