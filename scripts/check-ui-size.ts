/** Fails when the built web app is larger than promised (issue 5), and prints what it weighs. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { endWithHelp } from '../src/node/usage.ts'
import { uiDirectory } from './build-ui.ts'

/** Bytes after gzip, all files of a kind together. */
const limits = { js: 60_000, css: 15_000 } as const
type Kind = keyof typeof limits

export interface KindSize {
  kind: Kind
  bytes: number
  limit: number
}

/** What each kind of file weighs after gzip. Throws when the app is not built, or was built without compression. */
export async function uiSizes(directory: string): Promise<KindSize[]> {
  const assets = join(directory, 'assets')
  const names = await readdir(assets)
  const sizeOf = async (kind: Kind): Promise<KindSize> => {
    const files = names.filter((name) => name.endsWith(`.${kind}`))
    if (files.length === 0) throw new Error(`${assets} holds no .${kind} file. Run \`npm run build\`.`)
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(assets, `${name}.gz`))).size))
    return { kind, bytes: sizes.reduce((sum, size) => sum + size, 0), limit: limits[kind] }
  }
  return Promise.all([sizeOf('js'), sizeOf('css')])
}

if (import.meta.main) {
  endWithHelp('node scripts/check-ui-size.ts: fails where dist/ui is larger than promised')
  for (const { kind, bytes, limit } of await uiSizes(uiDirectory)) {
    const isTooLarge = bytes > limit
    console.log(`${kind.padEnd(4)} ${bytes} of ${limit} bytes gzip${isTooLarge ? '  TOO LARGE' : ''}`)
    if (isTooLarge) process.exitCode = 1
  }
}
