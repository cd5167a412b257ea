/** The demo's pictures, painted by code at the first start, so that nothing has to be downloaded. */
import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeSamplePhotos } from '../sample-photos.ts'

/** Looks of the tenants, which make their pages easy to tell apart. */
const looks = { alice: 'dusk', bob: 'studio', carol: 'tide', dora: 'moss' } as const

type LookOwner = keyof typeof looks

/** Fills a directory below `state` for each tenant, unless an earlier start completed it. Returns the directories. */
export async function samplePhotos(state: string): Promise<Record<LookOwner, string>> {
  const [alice, bob, carol, dora] = await Promise.all([
    made('alice'),
    made('bob'),
    made('carol'),
    made('dora'),
  ])
  return { alice, bob, carol, dora }

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

/**
 * Returns a directory below `state` that mirrors the photos of `source`. It holds links to the files, or copies if `source` is on
 * another disk.
 */
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
