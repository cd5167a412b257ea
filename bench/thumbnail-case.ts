/**
 * Measures one row of thumbnail-memory.ts in a separate process, because peak memory is known per process:
 * `node bench/thumbnail-case.ts FILE PARALLEL SIZES`. Prints JSON.
 */
import { openAsBlob } from 'node:fs'
import { z } from 'zod'
import type { Reduction } from '../src/ports/images.ts'
import { createSharpReducer } from '../src/providers/images/sharp.ts'

export const measuredSchema = z.object({
  seconds: z.number(),
  /** Peak resident memory of the process in bytes. */
  maxResidentBytes: z.number(),
  made: z.number(),
  refused: z.array(z.string()),
})
export type Measured = z.output<typeof measuredSchema>

/** Pictures that a row makes from each original. */
export const sizes = {
  thumbnail: [{ box: { width: 960, height: 640 }, mediaType: 'image/jpeg' }],
  zoom: [{ box: { width: 4096, height: 4096 }, mediaType: 'image/jpeg' }],
  'six sizes': [256, 480, 640, 960, 1024, 2048].map((width) => {
    return { box: { width, height: width }, mediaType: 'image/webp' } as const
  }),
} as const satisfies Record<string, readonly Reduction[]>
export type Sizes = keyof typeof sizes

async function measure(file: string, parallel: number, reductions: readonly Reduction[]): Promise<Measured> {
  const original = await openAsBlob(file)
  // Longer than in production, so that a slow machine measures memory instead of timeouts.
  const reducer = createSharpReducer({ patienceMs: 80_000 })
  const start = performance.now()
  const results = await Promise.allSettled(
    Array.from({ length: parallel }, (_, index) => {
      const source = { body: original.stream(), size: original.size }
      return reducer.reduceAll(source, reductions, { owner: `tenant ${index % 4}` })
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

const isSizes = (name: string): name is Sizes => name in sizes

const [file, parallel, name = 'thumbnail'] = process.argv.slice(2)
if (import.meta.main && file && isSizes(name)) {
  console.log(JSON.stringify(await measure(file, Number(parallel), sizes[name])))
}
