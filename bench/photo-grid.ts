/** A grid of 500 photos of 24 megapixels on S3: without previews, and in a fresh process with existing previews. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '../src/base/time.ts'
import { noisyPhoto } from './noisy-photo.ts'
import { memoryOf } from './process-memory.ts'
import { hostOf, type Publisher, type S3Galleries, startGalleries } from './s3-galleries.ts'
import { type Table, thousands } from './table.ts'
import { askAll, type Question } from './visitor-load.ts'

const tenant = 'alice'
const photoCount = 500
const firstScreen = 24
/** Requests at once. Over HTTP/2 a browser asks for all tiles in sight. */
const atOnce = 24
const size = 'w480h320'
const photos = Array.from({ length: photoCount }, (_, index) => `photo-${String(index).padStart(3, '0')}.jpg`)

export async function measurePhotoGrid(): Promise<Table> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-photo-grid-'))
  const file = join(directory, 'original.jpg')
  const original = await noisyPhoto(6000, 4000)
  await writeFile(file, original)
  const galleries = await startGalleries([{ tenant, photos, file }])
  try {
    const rows: string[][] = []
    await inFreshProcess(galleries, async (publisher) => {
      rows.push(await row('first screen, no previews', galleries, publisher, photos.slice(0, firstScreen)))
      rows.push(await row('all other photos, no previews', galleries, publisher, photos.slice(firstScreen)))
      await settled(galleries)
    })
    const { previews } = await galleries.wire()
    if (previews === 0) rows.push(['all, previews there', 'this version keeps no previews', '', '', '', ''])
    else {
      await inFreshProcess(galleries, async (publisher) => {
        rows.push(await row('all, previews there', galleries, publisher, photos))
      })
    }
    return {
      title: `A grid of ${photoCount} photos of 24 megapixels on S3`,
      columns: ['thumbnails', 'number', 'seconds', 'max RSS above idle, MB', 'decodes', 'calls at the wire'],
      rows,
      note: `Size ${size}, ${atOnce} requests at once, settings of app.json. Each "previews" row begins in a fresh process that has read the tenant’s configuration. Targets with previews are 5 s, 60 MB and 0 decodes. The first screen without previews has 4 s. Decodes include those of the pass ahead. Each original is ${(original.length / 1e6).toFixed(1)} MB large. S3 runs in another process of this machine and adds no latency.`,
    }
  } finally {
    await galleries.close()
    await rm(directory, { recursive: true })
  }
}

async function inFreshProcess(
  galleries: S3Galleries,
  measure: (publisher: Publisher) => Promise<void>,
): Promise<void> {
  const publisher = await galleries.startPublisher()
  try {
    await askAll(publisher.port, [question('/api/config/features')], 1)
    await galleries.wire()
    await measure(publisher)
  } finally {
    publisher.child.kill()
  }
}

async function row(
  what: string,
  galleries: S3Galleries,
  publisher: Publisher,
  names: readonly string[],
): Promise<string[]> {
  const idle = (await memoryOf(publisher.pid)).resident
  const decodesBefore = await decodes(publisher)
  const questions = names.map((name) => question(`/api/images/${name}/thumbnail?size=${size}`))
  const { seconds, answered, busy, failed } = await askAll(publisher.port, questions, atOnce)
  const { calls } = await galleries.wire()
  const trouble = [...(busy > 0 ? [`${busy} busy`] : []), ...Object.keys(failed)]
  return [
    what,
    [thousands(answered), ...trouble].join(', '),
    seconds.toFixed(1),
    ((await memoryOf(publisher.pid)).peak - idle).toFixed(0),
    thousands((await decodes(publisher)) - decodesBefore),
    Object.entries(calls)
      .map(([kind, times]) => `${thousands(times)} ${kind}`)
      .join(', '),
  ]
}

function question(path: string): Question {
  return { host: hostOf(tenant), path }
}

function decodes(publisher: Publisher): Promise<number> {
  return publisher.metric('publisher_vendor_calls_total', 'vendor="images"')
}

/** Waits until the publisher has written no preview for three seconds: it may make some after its answers. */
async function settled(galleries: S3Galleries): Promise<void> {
  for (let before = -1; ; ) {
    const { previews } = await galleries.wire()
    if (previews === before) return
    before = previews
    await pause(3000)
  }
}
