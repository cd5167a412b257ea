/** Tests that every run checks reads after the storm, and that a host which fails then breaks the rules. */
import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { createJudge } from '../../soak/rules.ts'
import type { Tenant } from '../../soak/tenants.ts'
import { countVisits } from '../../soak/visits.ts'
import { resolvePaths } from '../../src/contract/paths.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'

const photo = { filename: 'a.jpg', thumbnail_url: '/api/images/a.jpg/thumbnail' }
/** Requests of a walk: the list, three random photos, details of the only photo, and their thumbnails. */
const walkLength = 9

/** Starts a host with a gallery of one photo. `statusOf` decides the status of each request, counted from 0. */
async function hostWith(statusOf: (turn: number) => number): Promise<{ port: number }> {
  let turn = 0
  const server = createServer((request, response) => {
    response.writeHead(statusOf(turn++), { 'content-type': 'application/json' })
    response.end(JSON.stringify(request.url === '/api/images/list' ? { filenames: [photo.filename] } : photo))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0 }
}

/** Returns a tenant whose own storage stays untouched, because visits go to the host. */
function tenantOn(kind: Tenant['kind']): Tenant {
  const paths = resolvePaths({ root: '/nowhere', archive: 'archive', keep: 'keep', remove: 'reject' })
  return {
    name: 'soak0001',
    kind,
    isShortLived: false,
    config: {},
    credentials: undefined,
    store: createLocalStore({ paths, link: async () => '' }),
  }
}

async function findingOf(kind: 's3' | 'dropbox', statusOf: (turn: number) => number) {
  const judge = createJudge()
  const world = { tenants: [tenantOn(kind)], storage: { reads: new Map() } }
  await countVisits({ world, hosts: [await hostWith(statusOf)], judge }, 0)
  const rule = kind === 's3' ? 'readsS3' : 'readsDropbox'
  return judge.findings().find((finding) => finding.rule === rule)
}

it.each(['s3', 'dropbox'] as const)(
  'checks each read of the second walk through a gallery on %s',
  async (kind) => {
    expect(await findingOf(kind, () => 200)).toMatchObject({ looked: walkLength, broken: 0 })
  },
)

it.each(['s3', 'dropbox'] as const)('finds a read from %s that fails in the second walk', async (kind) => {
  const finding = await findingOf(kind, (turn) => (turn === walkLength + 1 ? 503 : 200))
  expect(finding).toMatchObject({ broken: 1, examples: ['soak0001/api/images/random: 503'] })
})

it('forgives a first walk that fails, because the host has no credentials yet', async () => {
  expect(await findingOf('s3', (turn) => (turn === 0 ? 503 : 200))).toMatchObject({ broken: 0 })
})
