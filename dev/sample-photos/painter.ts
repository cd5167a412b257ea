/** Thread that paints some of the sample photos, so that several processors paint concurrently. */
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { looks } from './palette.ts'
import { writeSamplePhoto } from './photo.ts'

const orderSchema = z.object({ directory: z.string(), look: z.enum(looks), indices: z.array(z.number()) })

const { directory, look, indices } = orderSchema.parse(workerData)
for (const index of indices) {
  parentPort?.postMessage({ index, name: await writeSamplePhoto(directory, look, index) })
}
