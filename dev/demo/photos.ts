/** The demo's pictures: made by code at the first start, so nothing has to be downloaded. */
import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeSamplePhotos } from '../sample-photos.ts'

/** Each tenant has a look of their own, so that one sees at once whose page it is. */
const looks = { alice: 'dusk', bob: 'studio', carol: 'tide' } as const

type LookOwner = keyof typeof looks

/** Gives each tenant's directory below `state`, filled. One that was left half-made by an earlier start is made anew. */
export async function samplePhotos(state: string): Promise<Record<LookOwner, string>> {
  const [alice, bob, carol] = await Promise.all([made('alice'), made('bob'), made('carol')])
  return { alice, bob, carol }

  async function made(tenant: LookOwner): Promise<string> {
    const directory = join(state, 'photos', tenant)
    if (await exists(directory)) return directory
    const unfinished = `${directory}.unfinished`
    await rm(unfinished, { recursive: true, force: true })
    await mkdir(unfinished, { recursive: true })
    await writeSamplePhotos(unfinished, { look: looks[tenant] })
    await rename(unfinished, directory)
    return directory
  }
}

/** Gives a directory of its own below `state` for the photos of another one: links to the files, or copies where it lies on another disk. */
export async function ownPhotos(state: string, tenant: string, source: string): Promise<string> {
  const directory = join(state, 'own-photos', tenant)
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  for (const entry of await readdir(source, { withFileTypes: true })) {
    if (!entry.isFile()) continue
    const [from, to] = [join(source, entry.name), join(directory, entry.name)]
    await link(from, to).catch(() => copyFile(from, to))
  }
  return directory
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
