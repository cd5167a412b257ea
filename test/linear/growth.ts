/** Compares the time of some work on a text with that on a text four times as long. */

/** Work on one text. A promise is awaited. */
export type Work = (text: string) => unknown

/** Makes a text of at least `length` characters. */
export type Shape = (length: number) => string

export interface Growth {
  /** Time on the long text, divided by that on the short one. Linear work gives about 4, quadratic about 16. */
  ratio: number
  shortMs: number
  longMs: number
}

const shortLength = 16_384
const longLength = 4 * shortLength
const repetitions = 9
/** Less than this on the long text is no danger, and too little to compare. Milliseconds. */
const floorMs = 4
/** Beyond it there is no need to try the long text. Milliseconds. */
const hopelessMs = 1500
const maxAttempts = 4

/** A text that begins and ends in a way of its own around repetitions of `unit`. */
export function repeated(unit: string, before = '', after = ''): Shape {
  return (length) => before + unit.repeat(Math.ceil(length / unit.length)) + after
}

/**
 * The growth of the work on texts of this shape. The least of several runs counts: it is the one that no other process and no
 * collection of garbage held up. A growth of 6 or more is measured again before it is given.
 *
 * The kernel counts a thread's CPU time in ticks of some milliseconds, which is too coarse for work that lasts less than one.
 */
export async function growthOf(work: Work, shape: Shape): Promise<Growth> {
  for (const length of [shortLength / 16, shortLength / 4]) {
    const ms = await timeMs(work, shape(length))
    if (ms > hopelessMs)
      return { ratio: Number.POSITIVE_INFINITY, shortMs: ms, longMs: Number.POSITIVE_INFINITY }
  }
  let best = await measure(work, shape)
  for (let attempt = 2; attempt <= maxAttempts && best.ratio >= 6; attempt++) {
    const again = await measure(work, shape)
    if (again.ratio < best.ratio) best = again
  }
  return best
}

async function measure(work: Work, shape: Shape): Promise<Growth> {
  const [short, long] = [shape(shortLength), shape(longLength)]
  const shortMs = await leastMs(work, short)
  if (shortMs > hopelessMs)
    return { ratio: Number.POSITIVE_INFINITY, shortMs, longMs: Number.POSITIVE_INFINITY }
  const longMs = await leastMs(work, long)
  const ratio = longMs < floorMs ? 0 : longMs / Math.max(shortMs, floorMs / 8)
  return { ratio, shortMs, longMs }
}

async function leastMs(work: Work, text: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < repetitions; run++) {
    least = Math.min(least, await timeMs(work, text))
    if (least > hopelessMs) break
  }
  return least
}

async function timeMs(work: Work, text: string): Promise<number> {
  const startedAt = performance.now()
  await work(text)
  return performance.now() - startedAt
}
