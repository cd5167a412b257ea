/** Changes that a tenant's admin makes to photos, with the expected state of each photo. */
import { sentIn } from './posts.ts'
import type { Judge } from './rules.ts'
import { markedPhoto, markOf, type Tenant } from './tenants.ts'
import { type Answer, type Asked, ask, type Fleet } from './traffic.ts'
import { pick } from './troubles.ts'

export type Folder = 'root' | 'archive' | 'keep' | 'remove'

export interface TrackedPhoto {
  tenant: Tenant
  /** Second half of the photo's mark: `a`, `u1` and so on. */
  id: string
  /** Current file name. */
  name: string
  folder: Folder
  /** `unsure`: the upload got no answer, so its outcome is unknown. */
  existence: 'here' | 'gone' | 'unsure'
  hasSidecar: boolean
  /** True while a client changes the photo. */
  isBusy: boolean
  /** Change that has not succeeded yet. It is repeated before any other change to the photo. */
  pending: Change | null
}

type Change =
  | { kind: 'move'; action: 'keep' | 'remove' | 'restore'; to: Folder }
  | { kind: 'publish' }
  | { kind: 'delete' }

const changes: readonly Change[] = [
  { kind: 'move', action: 'keep', to: 'keep' },
  { kind: 'move', action: 'remove', to: 'remove' },
  { kind: 'publish' },
  { kind: 'publish' },
]

export function trackedPhoto(tenant: Tenant, id: string, isUploaded = false): TrackedPhoto {
  return {
    tenant,
    id,
    name: `${id}.jpg`,
    folder: 'root',
    existence: 'here',
    hasSidecar: !isUploaded,
    isBusy: false,
    pending: null,
  }
}

/** Makes the next change to a photo: repeats a failed change, restores a moved photo, or picks a new change. */
export async function handle(fleet: Fleet, photo: TrackedPhoto, random: () => number): Promise<void> {
  if (photo.isBusy || photo.existence !== 'here') return
  photo.isBusy = true
  try {
    await change(fleet, photo, photo.pending ?? nextChange(photo, random))
  } finally {
    photo.isBusy = false
  }
}

function nextChange({ folder, id }: TrackedPhoto, random: () => number): Change {
  if (folder !== 'root') return { kind: 'move', action: 'restore', to: 'root' }
  if (id.startsWith('u') && random() < 0.5) return { kind: 'delete' }
  return pick(changes, random) ?? { kind: 'publish' }
}

async function change(fleet: Fleet, photo: TrackedPhoto, wanted: Change): Promise<void> {
  photo.pending = wanted
  const isDone = await perform(fleet, photo, wanted)
  if (isDone) photo.pending = null
}

function perform(fleet: Fleet, photo: TrackedPhoto, wanted: Change): Promise<boolean> {
  switch (wanted.kind) {
    case 'move':
      return move(fleet, photo, wanted)
    case 'publish':
      return publishTwice(fleet, photo)
    case 'delete':
      return remove(fleet, photo)
  }
}

async function move(
  fleet: Fleet,
  photo: TrackedPhoto,
  { action, to }: Extract<Change, { kind: 'move' }>,
): Promise<boolean> {
  const body = action === 'restore' ? { from: photo.folder } : {}
  const answer = await mutate(fleet, post(photo, action, body))
  if (answer.status === 200) {
    photo.name = String(answer.body.filename)
    photo.folder = to
    return true
  }
  // An earlier attempt moved the photo, but its answer was lost.
  if (answer.status === 404 && answer.body.code === 'photo_not_found') {
    photo.folder = to
    return true
  }
  return false
}

/** Simulates a double click that reaches two hosts at once: one answers at the end, the other streams its stages. */
async function publishTwice(fleet: Fleet, photo: TrackedPhoto): Promise<boolean> {
  const mark = markOf(photo.tenant.name, photo.id)
  const captions = { telegram: `${mark} on Telegram`, email: `${mark} on FetLife` }
  const asked = post(photo, 'publish', { captions })
  const answers = await Promise.all([mutate(fleet, asked), mutate(fleet, { ...asked, isStream: true })])
  for (const platform of answers.flatMap(({ body }) => sentIn(body))) fleet.inbox.noteReported(platform, mark)
  if (answers.some(({ body }) => body.archived === true)) photo.folder = 'archive'
  return answers.every(({ status, body }) => status === 200 && body.warnings === undefined)
}

async function remove(fleet: Fleet, photo: TrackedPhoto): Promise<boolean> {
  const answer = await mutate(fleet, {
    tenant: photo.tenant,
    method: 'DELETE',
    path: `/api/library/objects/${encodeURIComponent(photo.name)}`,
  })
  if (answer.status === 200) photo.existence = 'gone'
  return answer.status === 200
}

/** Uploads a new photo. The photo exists for certain only if the upload succeeded. */
export async function upload(fleet: Fleet, tenant: Tenant, id: string): Promise<TrackedPhoto> {
  const photo = trackedPhoto(tenant, id, true)
  photo.existence = 'unsure'
  const bytes = await markedPhoto(tenant.name, id)
  const answer = await mutate(fleet, {
    tenant,
    method: 'POST',
    path: '/api/library/upload',
    file: { name: photo.name, bytes },
  })
  if (answer.status === 200) {
    photo.existence = 'here'
    photo.name = String(answer.body.key)
  }
  return photo
}

function post({ tenant, name }: TrackedPhoto, action: string, body: object): Asked {
  return { tenant, method: 'POST', path: `/api/images/${encodeURIComponent(name)}/${action}`, body }
}

/** Time after the start of an orchestrator outage by which short-lived configurations have expired. */
const expiredAfterMs = 5000 + 1500

async function mutate(fleet: Fleet, asked: Asked): Promise<Answer> {
  const answer = await ask(fleet, asked)
  expectSafe(fleet, asked, answer)
  return answer
}

function expectSafe(
  { troubles, judge }: { troubles: Fleet['troubles']; judge: Judge },
  { tenant, path }: Asked,
  { status, startedAt }: Answer,
): void {
  const now = Date.now()
  const outage = troubles.windows.find(
    ({ kind, from, to }) => kind === 'outage' && from + expiredAfterMs <= startedAt && now <= to,
  )
  if (!outage || !tenant.isShortLived) return
  judge.expect('safe', status >= 500 || status === 0, () => `${tenant.name}${path}: ${status}`)
}
