/** Final check: repeats unfinished changes, then reads each storage directly. */
import { pause } from '../src/base/time.ts'
import type { PhotoStore, SidecarReading } from '../src/ports/storage.ts'
import { type Folder, handle, type TrackedPhoto } from './photographer.ts'
import { markOf, markPattern, type Tenant } from './tenants.ts'
import type { Fleet } from './traffic.ts'

const folders: readonly Folder[] = ['root', 'archive', 'keep', 'remove']
const repeats = 30

/** Repeats each change that has not succeeded yet. Returns their initial number. */
export async function finish(fleet: Fleet, photos: readonly TrackedPhoto[]): Promise<number> {
  const open = photos.filter(({ pending, existence }) => pending !== null && existence === 'here')
  await Promise.all(
    open.map(async (photo) => {
      for (let attempt = 0; photo.pending !== null && attempt < repeats; attempt++) {
        await handle(fleet, photo, () => 0)
        if (photo.pending !== null) await pause(1000)
      }
    }),
  )
  return open.length
}

interface Found {
  mark: string
  folder: Folder
  name: string
  sidecar: string | null
}

/** Compares the content of a tenant's storage with the answers that its admin got. */
export async function inspect(
  { judge }: Pick<Fleet, 'judge'>,
  tenant: Tenant,
  photos: readonly TrackedPhoto[],
): Promise<void> {
  const found = await contentOf(tenant.store)
  const marks = new Set(photos.map(({ id }) => markOf(tenant.name, id)))
  for (const { mark, name } of found) {
    judge.expect('kept', marks.has(mark), () => `${tenant.name} has ${name}, which is ${mark}`)
  }
  for (const { id, folder, existence, pending, hasSidecar } of photos) {
    const mark = markOf(tenant.name, id)
    const copies = found.filter((copy) => copy.mark === mark)
    const where = () =>
      `${tenant.kind} ${mark}: ${JSON.stringify(copies)}, told ${folder}, ${existence}, ${JSON.stringify(pending)}`
    if (existence === 'gone') judge.expect('deleted', copies.length === 0, where)
    if (existence === 'unsure') judge.expect('kept', copies.length <= 1, where)
    if (existence !== 'here') continue
    const [copy] = copies
    const hasCaption = !hasSidecar || copy?.sidecar?.includes(`soak_mark: ${mark}`) === true
    const isInPlace = pending?.kind === 'delete' || copy?.folder === folder
    judge.expect('kept', copies.length === 1 && hasCaption && isInPlace && pending === null, where)
  }
}

/** Returns a sidecar's text. The soak writes only small sidecars, so an unreadable sidecar is a finding. */
function textOf(sidecar: SidecarReading): string | null {
  return sidecar === null || sidecar === 'unreadable' ? sidecar : sidecar.text
}

async function contentOf(store: PhotoStore): Promise<Found[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const { photos } = await store.list(folder)
      return Promise.all(
        photos.map(async ({ name }) => {
          const { body } = await store.read(folder, name)
          const bytes = new Uint8Array(await new Response(body).arrayBuffer())
          const tail = new TextDecoder('latin1').decode(bytes.slice(-40))
          const sidecar = await store.readSidecar(folder, name)
          return { folder, name, mark: markPattern.exec(tail)?.[0] ?? tail, sidecar: textOf(sidecar) }
        }),
      )
    }),
  )
  return found.flat()
}
