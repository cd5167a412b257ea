/** Requests to the storage per request of a gallery, counted at the storage, and what the requests of a gallery on S3 cost in time. */
import autocannon from 'autocannon'
import { cookieOf, signInVariables } from '../test/support/fixtures/admin.ts'
import {
  type CountedGallery,
  type CountedProcess,
  lookAtAll,
  openCountedGallery,
  requestsDuring,
  showFirstPhoto,
  type Viewer,
  viewers,
} from '../test/support/fixtures/counted-gallery.ts'
import {
  type SeenRequest,
  type StorageKind,
  storageKinds,
} from '../test/support/fixtures/counted-storages.ts'
import { baseDomain, https } from '../test/support/fixtures/fleet.ts'
import { startServer } from './server-process.ts'
import { median, type Table, thousands } from './table.ts'
import { dynoSettings } from './thumbnail-memory.ts'

const photos = 24
/** Requests of each kind to a warm process. */
const times = 10
const connections = 10
const rounds = 3
const secondsPerRound = 2

interface Look {
  what: string
  viewer: Viewer
  path(name: string): string
  /** Sends the entity tag of an earlier answer. */
  isKnown?: true
}

const looks: readonly Look[] = [
  { what: 'list', viewer: 'visitor', path: () => '/api/images/list' },
  { what: 'random, visitor', viewer: 'visitor', path: () => '/api/images/random' },
  { what: 'random, admin', viewer: 'admin', path: () => '/api/images/random' },
  { what: 'details, visitor', viewer: 'visitor', path: (name) => `/api/images/${name}` },
  { what: 'details, admin', viewer: 'admin', path: (name) => `/api/images/${name}` },
  { what: 'thumbnail', viewer: 'visitor', path: thumbnailOf },
  { what: 'thumbnail with If-None-Match', viewer: 'visitor', path: thumbnailOf, isKnown: true },
]

function thumbnailOf(name: string): string {
  return `/api/images/${name}/thumbnail?size=w480h320`
}

export async function measureStorageCalls(): Promise<Table[]> {
  const columns: string[][] = []
  for (const kind of storageKinds) columns.push(await column(kind))
  const cold = viewers.flatMap((viewer) =>
    ['no previews yet', 'previews there'].map(
      (previews) => `first photo, fresh process, ${viewer}, ${previews}`,
    ),
  )
  const titles = [...looks.map(({ what }) => what), ...cold]
  const calls: Table = {
    title: 'Requests to the storage, counted there',
    columns: ['request', ...storageKinds],
    rows: titles.map((title, row) => [title, ...columns.map((cells) => cells[row] ?? '')]),
    note: `${photos} photos, each with a sidecar. The first rows are averages of ${times} requests to a warm process that has shown each photo before. The last rows are the sums of a random photo and its thumbnail, with the background work that follows. A counts lists and writes, B reads, and free deletions. Dropbox counts its access token as B. On a disk, a listing counts once.`,
  }
  return [calls, await throughputOnS3()]
}

async function column(kind: StorageKind): Promise<string[]> {
  const cold: string[] = []
  const without = new Map<Viewer, string>()
  for (const viewer of viewers) {
    // The previews of an earlier count would be there.
    const untouched = await openCountedGallery(kind, photos, {})
    without.set(viewer, await during(untouched, () => firstPhotoCost(untouched, viewer)))
  }
  const gallery = await openCountedGallery(kind, photos, {})
  return during(gallery, async () => {
    const warm = await warmCosts(gallery)
    for (const viewer of viewers) {
      cold.push(without.get(viewer) ?? '', await firstPhotoCost(gallery, viewer))
    }
    return [...warm, ...cold]
  })
}

/** Runs `work`, then disposes of the resource. */
async function during<T>(resource: AsyncDisposable, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await resource[Symbol.asyncDispose]()
  }
}

/** Returns the cost of the first photo in a fresh process, with the background work that follows. */
async function firstPhotoCost(gallery: CountedGallery, viewer: Viewer): Promise<string> {
  const seen = await requestsDuring(gallery, async () => {
    const fresh = await gallery.start()
    await during(fresh, () => showFirstPhoto(fresh, viewer))
  })
  return inWords(seen, 1)
}

async function warmCosts(gallery: CountedGallery): Promise<string[]> {
  const process = await gallery.start()
  return during(process, async () => {
    for (const viewer of [...viewers, ...viewers]) await lookAtAll(process, gallery, viewer)
    for (const look of looks) await averageCost(gallery, process, look)
    const cells: string[] = []
    for (const look of looks) cells.push(await averageCost(gallery, process, look))
    return cells
  })
}

async function averageCost(
  gallery: CountedGallery,
  { look }: CountedProcess,
  { viewer, path, isKnown }: Look,
): Promise<string> {
  const tags: (string | null)[] = []
  const turns = gallery.names.slice(0, times)
  if (isKnown) for (const name of turns) tags.push((await look(viewer, path(name))).headers.get('etag'))
  const seen = await requestsDuring(gallery, async () => {
    for (const [turn, name] of turns.entries()) {
      const headers = isKnown ? { 'if-none-match': tags[turn] ?? '' } : {}
      await (await look(viewer, path(name), headers)).arrayBuffer()
    }
  })
  return inWords(seen, turns.length)
}

/** Describes the requests by class, per request: `1 A + 0.5 B`. Names the originals that were read. */
function inWords(seen: readonly SeenRequest[], requests: number): string {
  const count = (...classes: SeenRequest['requestClass'][]) =>
    seen.filter(({ requestClass }) => classes.includes(requestClass)).length
  const originals = seen.filter(({ isOriginal }) => isOriginal).length
  const parts = [
    [count('A'), 'A'],
    [count('B', 'connection'), 'B'],
    [count('free'), 'free'],
  ] as const
  const words = parts.flatMap(([sum, name]) => (sum === 0 ? [] : [`${round(sum / requests)} ${name}`]))
  const note = originals === 0 ? '' : `, originals: ${round(originals / requests)}`
  return (words.join(' + ') || '0') + note
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** Measures a process of its own on S3: requests per second, and requests to S3 during the load. */
async function throughputOnS3(): Promise<Table> {
  const gallery = await openCountedGallery('s3', photos)
  return during(gallery, async () => {
    // The fleet of this process serves as the orchestrator of the other process.
    const process = await gallery.start()
    return during(process, () => loadedTable(gallery, process))
  })
}

async function loadedTable(gallery: CountedGallery, process: CountedProcess): Promise<Table> {
  await lookAtAll(process, gallery, 'visitor')
  const server = await startServer('publisher', 'publisher.ts', {
    ...dynoSettings,
    ...signInVariables,
    ...process.variables,
    PORT: '0',
  })
  const cookie = await cookieOf()
  try {
    const rows: string[][] = []
    const names = gallery.names
    for (const { what, path, viewer } of looks.filter(({ isKnown }) => !isKnown)) {
      const headers = { ...https, host: `counted.${baseDomain}`, ...(viewer === 'admin' && { cookie }) }
      const paths = names.map(path)
      const runs: autocannon.Result[] = []
      await load(server.port, paths, headers, 1)
      const seen = await requestsDuring(gallery, async () => {
        for (let turn = 0; turn < rounds; turn++) {
          runs.push(await load(server.port, paths, headers, secondsPerRound))
        }
      })
      const sum = runs.reduce((total, { requests }) => total + requests.total, 0)
      rows.push([
        what,
        thousands(median(runs.map(({ requests }) => requests.average))),
        median(runs.map(({ latency }) => latency.p50)).toFixed(0),
        median(runs.map(({ latency }) => latency.p99)).toFixed(0),
        ((seen.length * 10) / sum).toFixed(2),
      ])
    }
    return {
      title: 'Requests per second of a gallery on S3',
      columns: ['request', 'requests/s', 'p50 ms', 'p99 ms', 'requests to S3 per 10'],
      rows,
      note: `${connections} connections, ${rounds} rounds of ${secondsPerRound} s, medians. One process with the settings of app.json. The S3 server is an emulator on the same machine.`,
    }
  } finally {
    server.child.kill()
  }
}

async function load(
  port: number,
  paths: readonly string[],
  headers: Record<string, string>,
  duration: number,
): Promise<autocannon.Result> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    duration,
    requests: paths.map((path) => ({ method: 'GET', path, headers })),
  })
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} requests failed.`)
  return result
}
