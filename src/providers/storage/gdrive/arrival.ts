/**
 * Settles the names of arriving photos. Drive lets several files have the same name, so that two photos that arrive at once may both find
 * the name free. Each then looks again. Only the oldest file keeps the name.
 */
import { pause } from '../../../base/time.ts'
import { byAge, type DriveFile } from './answers.ts'
import type { DriveApi } from './api.ts'
import type { DriveFiles } from './files.ts'
import type { DriveLookup } from './lookup.ts'

export interface ArrivalTools {
  api: DriveApi
  files: DriveFiles
  lookup: DriveLookup
}

/** Number of looks of the oldest file, which waits for the others to leave. */
const maxLooks = 4

/**
 * Checks if a photo that has just got its name may keep the name. The oldest of several keeps it, once the others have left. If they do not
 * leave, they were there first.
 */
export async function mayKeepName({ api, files, lookup }: ArrivalTools, path: string, photo: DriveFile) {
  for (let look = 1; ; look++) {
    const found = (await lookup.named(path, [photo.name])).filter(({ id }) => id !== photo.id)
    const present = await Promise.all(found.slice(0, 10).map(({ id }) => files.get(id)))
    const others = present.filter(
      (file) => file?.name === photo.name && file.parents.some((id) => photo.parents.includes(id)),
    )
    if (others.length === 0) return true
    if (look === maxLooks || others.some((other) => other && byAge(other, photo) < 0)) return false
    await pause(api.pauseOf(look))
  }
}
