/**
 * Measures one row of thumbnail-memory.ts in a separate process, because peak memory is known per process:
 * `node bench/thumbnail-case.ts FILE PARALLEL`. Prints JSON.
 */
import { openAsBlob } from 'node:fs'
import { z } from 'zod'
import { createSharpReducer } from '../src/providers/images/sharp.ts'

export const measuredSchema = z.object({
  seconds: z.number(),
  /** Peak resident memory of the process in bytes. */
  maxResidentBytes: z.number(),
  made: z.number(),
  refused: z.array(z.string()),
})
export type Measured = z.output<typeof measuredSchema>

const box = { width: 960, height: 640 }

async function measure(file: string, parallel: number): Promise<Measured> {
  const original = await openAsBlob(file)
  // Longer than in production, so that a slow machine measures memory instead of timeouts.
  const reducer = createSharpReducer({ patienceMs: 80_000 })
  const start = performance.now()
  const results = await Promise.allSettled(
    Array.from({ length: parallel }, (_, index) => {
      return reducer.reduce(
        { body: original.stream(), size: original.size },
        box,
        'image/jpeg',
        `tenant ${index % 4}`,
      )
    }),
  )
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [String(result.reason.message)] : [],
  )
  return {
    seconds: (performance.now() - start) / 1000,
    maxResidentBytes: process.resourceUsage().maxRSS * 1024,
    made: results.length - refused.length,
    refused: [...new Set(refused)],
  }
}

const [file, parallel] = process.argv.slice(2)
if (import.meta.main && file) console.log(JSON.stringify(await measure(file, Number(parallel))))
