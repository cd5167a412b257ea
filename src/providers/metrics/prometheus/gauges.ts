/** Gauges, read on each scrape. Each gauge is the sum of its readers. */
import { Gauge, type Registry } from 'prom-client'
import type { Level, Metrics } from '../../../ports/metrics.ts'

const levels: Readonly<Record<Level, { name: string; help: string }>> = {
  requests_in_flight: { name: 'publisher_requests_in_flight', help: 'Requests without a response yet' },
  configurations: { name: 'publisher_configurations', help: 'Configurations in memory' },
  unknown_hosts: { name: 'publisher_unknown_hosts', help: 'Remembered unknown hosts' },
  image_original_bytes: {
    name: 'publisher_image_original_bytes',
    help: 'Originals in memory for decoding, in bytes',
  },
  image_decode_bytes: {
    name: 'publisher_image_decode_bytes',
    help: 'Estimated memory of running decodes, in bytes',
  },
  image_tasks_waiting: {
    name: 'publisher_image_tasks_waiting',
    help: 'Pictures that wait for memory to be decoded',
  },
  ai_calls_waiting: {
    name: 'publisher_ai_calls_waiting',
    help: 'Calls to the AI that wait for the rate limit of their tenant',
  },
  redis_up: { name: 'publisher_redis_up', help: '1 while connected to Redis, else 0' },
  upload_bytes: { name: 'publisher_upload_bytes', help: 'Memory that running uploads hold, in bytes' },
  storage_places_waiting: {
    name: 'publisher_storage_places_waiting',
    help: 'Calls to storages that wait for a slot of their tenant',
  },
  ai_places_waiting: {
    name: 'publisher_ai_places_waiting',
    help: 'Calls to the AI that wait for a slot of their tenant',
  },
  posts_waiting: {
    name: 'publisher_posts_waiting',
    help: 'Posts that wait for a slot of their tenant',
  },
  posted_picture_bytes: {
    name: 'publisher_posted_picture_bytes',
    help: 'Pictures of running posts, in bytes',
  },
}

/** Creates the function that adds a reader to a level. A level without readers has no gauge. */
export function createGauges(registry: Registry): Metrics['watch'] {
  const watched = new Map<Level, (() => number)[]>()
  return (level, read) => {
    const readers = watched.get(level)
    if (readers) {
      readers.push(read)
      return
    }
    const all = [read]
    watched.set(level, all)
    new Gauge({
      ...levels[level],
      registers: [registry],
      collect() {
        this.set(all.reduce((sum, one) => sum + one(), 0))
      },
    })
  }
}
