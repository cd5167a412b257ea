/** Image reducer behind the pipeline: sharp in this process, or Cloudflare Images. Photos queue for both. */
import type { ImageReducer } from '../../ports/images.ts'
import { observing } from './layers.ts'
import type { Observe } from './observe.ts'
import { type CallTable, throughLayers } from './pipeline.ts'

const calls = {
  reduce: { operation: 'reduce' },
  reduceAll: { operation: 'reduceAll' },
  toJpeg: { operation: 'toJpeg' },
} as const satisfies CallTable<ImageReducer>

/** Wraps a reducer to observe each call. */
export function imageCalls(images: ImageReducer, observe: Observe): ImageReducer {
  return throughLayers(images, calls, [observing({ vendor: 'images', observe })])
}
