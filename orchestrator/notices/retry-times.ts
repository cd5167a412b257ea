/** Times between the tries of invalidations and webhooks. */

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Delays of the Standard Webhooks specification ("Deliverability and reliability"): the last try is three days after the first. */
const webhookDelaysMs = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]
/** Share of a delay that is added at random, so that receivers are not called by all senders at once. */
const jitter = 0.1

/** Returns the delay after so many failed tries of a webhook. `undefined`: give up. */
export function webhookDelayMs(tries: number, random: () => number = Math.random): number | undefined {
  const delay = webhookDelaysMs[tries - 1]
  return delay === undefined ? undefined : Math.round(delay * (1 + jitter * random()))
}

/** Failed tries of an invalidation within a day, by the delays below. */
const maxInvalidationTries = 295

/** Returns the delay after so many failed tries of an invalidation: 1 s, doubling to 5 min, for a day. `undefined`: give up. */
export function invalidationDelayMs(tries: number): number | undefined {
  return tries >= maxInvalidationTries ? undefined : Math.min(second * 2 ** (tries - 1), 5 * minute)
}
