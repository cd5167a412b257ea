/** Clients that send requests without a pause: visitors, admins, strangers and admins of other tenants. */
import { handle, type TrackedPhoto, upload } from './photographer.ts'
import type { Tenant } from './tenants.ts'
import { type Asked, ask, type Fleet } from './traffic.ts'
import { pauseQuietly, pick } from './troubles.ts'

const looksPerVisit = 6

/** Runs one client, with random actions, until the signal fires. */
export async function client(
  fleet: Fleet,
  photos: TrackedPhoto[],
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const chance = random()
    const tenant = pick(fleet.world.tenants, random)
    const photo = pick(photos, random)
    if (!tenant || !photo) return
    if (chance < 0.25) await visit(fleet, tenant, photo, random)
    else if (chance < 0.72) await handle(fleet, photo, random)
    else if (chance < 0.8) await analyze(fleet, photo)
    else if (chance < 0.9) await contribute(fleet, tenant, photos, random)
    else await intrude(fleet, tenant, random)
  }
}

/** Keeps changing photos during outages, when configurations have expired, to prove that such changes are refused. */
export async function insist(
  fleet: Fleet,
  photos: readonly TrackedPhoto[],
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const photo = pick(
      photos.filter(({ tenant }) => tenant.isShortLived),
      random,
    )
    if (photo && fleet.troubles.isOutage()) await handle(fleet, photo, random)
    await pauseQuietly(200, signal)
  }
}

/** Uploads a new photo and makes its first change. */
async function contribute(
  fleet: Fleet,
  tenant: Tenant,
  photos: TrackedPhoto[],
  random: () => number,
): Promise<void> {
  const photo = await upload(fleet, tenant, `u${photos.length}x${Math.floor(random() * 1e6)}`)
  photos.push(photo)
  await handle(fleet, photo, random)
}

/** Sends several reads to one tenant. The first may need a lookup; later reads hit a warm host. */
async function visit(fleet: Fleet, tenant: Tenant, photo: TrackedPhoto, random: () => number): Promise<void> {
  for (let look = 0; look < looksPerVisit; look++) {
    await ask(fleet, { tenant, path: readPath(photo, tenant, random) })
  }
}

function readPath(photo: TrackedPhoto, tenant: Tenant, random: () => number): string {
  const named = photo.tenant === tenant ? photo.name : 'a.jpg'
  const paths = [
    '/',
    '/api/config/features',
    '/api/admin/status',
    '/api/images/list',
    '/api/images/random',
    `/api/images/${named}`,
    `/api/images/${named}/thumbnail?size=w256h256`,
    '/api/library/objects',
  ] as const
  return pick(paths, random)
}

async function analyze(fleet: Fleet, photo: TrackedPhoto): Promise<void> {
  if (photo.isBusy || photo.existence !== 'here' || photo.folder !== 'root' || photo.pending) return
  photo.isBusy = true
  const path = `/api/images/${encodeURIComponent(photo.name)}/analyze?force_refresh=true`
  await ask(fleet, { tenant: photo.tenant, method: 'POST', path, body: {} })
  photo.isBusy = false
}

const forbidden: readonly [Omit<Asked, 'tenant'>, ...Omit<Asked, 'tenant'>[]] = [
  { method: 'POST', path: '/api/images/a.jpg/keep', body: {} },
  { method: 'POST', path: '/api/images/a.jpg/publish', body: {} },
  { path: '/api/library/objects' },
]

/** Sends forbidden requests to a tenant that may or may not exist. */
async function intrude(fleet: Fleet, tenant: Tenant, random: () => number): Promise<void> {
  const { judge, world } = fleet
  const other = pick(world.tenants, random)
  const target = pick(forbidden, random)
  const turn = random()
  const expectRefusal = (status: number, wanted: number, who: string) =>
    judge.expect(
      'access',
      status === wanted || status >= 502 || status === 0,
      () => `${who} got ${status} at ${target.path}`,
    )
  if (turn < 0.3)
    expectRefusal((await ask(fleet, { tenant, as: 'nobody', ...target })).status, 401, 'a stranger')
  else if (turn < 0.6 && other && other !== tenant) {
    expectRefusal((await ask(fleet, { tenant, as: other.name, ...target })).status, 403, 'another admin')
  } else {
    const invented = { ...tenant, name: `nobody-${Math.floor(random() * 1e9)}`, isShortLived: true }
    expectRefusal(
      (await ask(fleet, { tenant: invented, as: 'nobody', path: '/' })).status,
      404,
      'an invented host',
    )
  }
}
