/** Compares the CPU time of work on a text with the time on a text four times as long. */

/** Work on one text. May return a promise, which is awaited. */
export type Work = (text: string) => unknown

/** Creates a text of at least `length` characters. */
export type Shape = (length: number) => string

export interface Growth {
  /** Time on the long text divided by the time on the short text. Linear work gives about 4, quadratic about 16. */
  ratio: number
  shortMs: number
  longMs: number
}

const shortLength = 16_384
const longLength = 4 * shortLength
/** Time on the long text below which the work cannot be quadratic. Two billion steps would take hundreds of milliseconds. */
const harmlessMs = 25
const harmlessRuns = 9
/** Time on the short text beyond which the long text need not be tried. */
const hopelessMs = 1500
/** CPU time to accumulate. The kernel counts in ticks of up to 10 ms, so the work is repeated until a tick is a small error. */
const batchMs = 80
const maxRuns = 100
const maxAttempts = 4

/** Creates a shape of texts: repetitions of `unit` between a fixed beginning and end. */
export function repeated(unit: string, before = '', after = ''): Shape {
  return (length) => before + unit.repeat(Math.ceil(length / unit.length)) + after
}

/**
 * Measures the growth of the work on texts of this shape; the ratio is 0 if the long text takes almost no time. Compares the CPU
 * time of this thread, which excludes other processes. Measures a growth of 6 or more again before returning it.
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

/** Returns the shortest of several runs: other processes delayed it least. */
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
