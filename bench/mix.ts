/** Memory of a process after a minute of visits: lists, random photos, details and thumbnails of several tenants on S3. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '../src/base/time.ts'
import { noisyPhoto } from './noisy-photo.ts'
import { memoryOf } from './process-memory.ts'
import { type Gallery, hostOf, type Publisher, type S3Galleries, startGalleries } from './s3-galleries.ts'
import { type Table, thousands } from './table.ts'
import { askAll, type Question } from './visitor-load.ts'

const tenants = 5
/** Few enough that each photo is seen several times in the minute. */
const photosPerTenant = 12
const connections = 10
const loadMs = 60_000
const quietMs = 10_000
const sizes = ['w256h256', 'w480h320', 'w960h640']

export async function measureMix(): Promise<Table[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-mix-'))
  const file = join(directory, 'original.jpg')
  await writeFile(file, await noisyPhoto(6000, 4000))
  const photos = Array.from({ length: photosPerTenant }, (_, index) => `photo-${index}.jpg`)
  const all: Gallery[] = Array.from({ length: tenants }, (_, index) => ({
    tenant: `tenant${index}`,
    photos,
    file,
  }))
  const galleries = await startGalleries(all)
  try {
    const publisher = await galleries.startPublisher()
    const tables = await measure(galleries, publisher, all)
    publisher.child.kill()
    return tables
  } finally {
    await galleries.close()
    await rm(directory, { recursive: true })
  }
}

async function measure(
  galleries: S3Galleries,
  publisher: Publisher,
  all: readonly Gallery[],
): Promise<Table[]> {
  await askAll(publisher.port, [{ host: hostOf('tenant0'), path: '/api/config/features' }], 1)
  const rows = [await memoryRow('idle', publisher)]
  const { answered, busy, failed, seconds } = await askAll(
    publisher.port,
    visits(all),
    connections,
    performance.now() + loadMs,
  )
  rows.push(await memoryRow('right after the minute', publisher))
  await pause(quietMs)
  rows.push(await memoryRow(`${quietMs / 1000} s later`, publisher))
  const { calls } = await galleries.wire()
  const trouble = Object.entries(failed).map(([what, times]) => `, ${times} × ${what}`)
  return [
    {
      title: 'Memory after a minute of visits',
      columns: ['when', 'RSS', 'peak', 'heap used', 'heap', 'external', 'program files', 'rest'],
      rows,
      note: `In MB, with the settings of app.json. The target is an RSS of 200 MB. ${thousands(answered)} answers in ${seconds.toFixed(0)} s (${busy} busy${trouble.join('')}). Requests are list, random, details and three thumbnails in turn, on ${connections} connections. There are ${all.length} tenants with ${photosPerTenant} photos of 24 megapixels each. "External" is memory of buffers. "Rest" is native memory of sharp, the allocator and Node, and stacks.`,
    },
    {
      title: 'Calls at the wire of that minute',
      columns: ['call', 'number', 'per 1,000 answers'],
      rows: Object.entries(calls).map(([kind, times]) => [
        kind,
        thousands(times),
        ((times * 1000) / answered).toFixed(1),
      ]),
    },
  ]
}

/** Visits the tenants in turn: a list, a random photo, the details of a photo, and its thumbnails. */
function* visits(all: readonly Gallery[]): Generator<Question> {
  for (let visit = 0; ; visit++) {
    const { tenant, photos } = all[visit % all.length] ?? { tenant: '', photos: [] }
    const host = hostOf(tenant)
    const photo = photos[Math.floor(visit / all.length) % photos.length]
    yield { host, path: '/api/images/list' }
    yield { host, path: '/api/images/random' }
    yield { host, path: `/api/images/${photo}` }
    for (const size of sizes) yield { host, path: `/api/images/${photo}/thumbnail?size=${size}` }
  }
}

async function memoryRow(when: string, publisher: Publisher): Promise<string[]> {
  const { resident, peak, files } = await memoryOf(publisher.pid)
  const megabytes = async (name: string) => (await publisher.metric(name)) / 2 ** 20
  const used = await megabytes('nodejs_heap_size_used_bytes')
  const heap = await megabytes('nodejs_heap_size_total_bytes')
  const external = await megabytes('nodejs_external_memory_bytes')
  const figures = [resident, peak, used, heap, external, files, resident - heap - external - files]
  return [when, ...figures.map((figure) => figure.toFixed(0))]
}
