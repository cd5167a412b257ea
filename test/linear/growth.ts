/** Compares the CPU time of some work on a text with that on a text four times as long. */

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
/** Quadratic work on the long text takes two billion steps, so some hundred milliseconds at the least. */
const harmlessMs = 25
const harmlessRuns = 9
/** Beyond it there is no need to try the long text. */
const hopelessMs = 1500
/** The kernel counts CPU time in ticks of up to 10 ms, so the work is repeated until that is a small error. */
const batchMs = 80
const maxRuns = 100
const maxAttempts = 4

/** A text that begins and ends in a way of its own around repetitions of `unit`. */
export function repeated(unit: string, before = '', after = ''): Shape {
  return (length) => before + unit.repeat(Math.ceil(length / unit.length)) + after
}

/**
 * The growth of the work on texts of this shape; a ratio of 0 where the long text takes next to no time. Compared is the CPU time of
 * this thread, so that other processes do not count. A growth of 6 or more is measured again before it is given.
 */
export async function growthOf(work: Work, shape: Shape): Promise<Growth> {
  for (const length of [shortLength / 16, shortLength / 4, shortLength]) {
    const ms = await elapsedMs(work, shape(length))
    if (ms > hopelessMs) return hopeless(ms)
  }
  const long = shape(longLength)
  const leastMs = await leastElapsedMs(work, long)
  if (leastMs < harmlessMs) return { ratio: 0, shortMs: leastMs, longMs: leastMs }
  let best = hopeless(0)
  for (let attempt = 1; attempt <= maxAttempts && best.ratio >= 6; attempt++) {
    const found = await measure(work, shape(shortLength), long)
    if (found.ratio < best.ratio) best = found
  }
  return best
}

function hopeless(shortMs: number): Growth {
  return { ratio: Number.POSITIVE_INFINITY, shortMs, longMs: Number.POSITIVE_INFINITY }
}

async function measure(work: Work, short: string, long: string): Promise<Growth> {
  let runs = 0
  let shortMs = 0
  while (shortMs < batchMs && runs < maxRuns) {
    shortMs += await cpuMs(work, short)
    runs++
  }
  let longMs = 0
  for (let run = 0; run < runs; run++) longMs += await cpuMs(work, long)
  return { ratio: longMs / Math.max(shortMs, 1), shortMs, longMs }
}

/** The run that no other process held up is the one that counts: whatever it took is more than the work itself. */
async function leastElapsedMs(work: Work, text: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < harmlessRuns && least >= harmlessMs; run++) {
    least = Math.min(least, await elapsedMs(work, text))
    if (least > hopelessMs) break
  }
  return least
}

async function elapsedMs(work: Work, text: string): Promise<number> {
  const startedAt = performance.now()
  await work(text)
  return performance.now() - startedAt
}

async function cpuMs(work: Work, text: string): Promise<number> {
  const before = process.threadCpuUsage()
  await work(text)
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
