/** Size check of the built web app: fails above the limits and prints the sizes. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { endWithHelp } from '../src/node/usage.ts'
import { uiDirectory } from './build-ui.ts'

/**
 * Maximum bytes after gzip: all scripts of an admin, those of a visitor, and those before a visitor's first photo. The settings page shares
 * no file with the gallery, and its limit holds for scripts and styles together.
 */
const limits = { js: 66_100, css: 15_000, visitor: 40_000, 'first view': 32_000, settings: 31_000 } as const
type Kind = keyof typeof limits

export interface KindSize {
  kind: Kind
  bytes: number
  limit: number
}

interface File {
  name: string
  bytes: number
}

/** Texts of a language (src/ui/texts). A person downloads only one such file. */
const languageFile = /^(settings-)?[a-z]{2}-[\w-]{8}\.js$/

/** Script or style sheet of the settings page. */
const settingsFile = /^settings-/

/** Script that only admins load. */
const adminFile = /^darkroom-[\w-]{8}\.js$/

/** Returns the size of each kind of file after gzip. Throws if the app is not built, or was built without compression. */
export async function uiSizes(directory: string): Promise<KindSize[]> {
  const assets = join(directory, 'assets')
  const names = await readdir(assets)
  const filesOf = async (kind: 'js' | 'css'): Promise<File[]> => {
    const files = names.filter((name) => name.endsWith(`.${kind}`))
    if (files.length === 0) throw new Error(`${assets} has no .${kind} file. Run \`npm run build\`.`)
    return Promise.all(
      files.map(async (name) => ({ name, bytes: (await stat(join(assets, `${name}.gz`))).size })),
    )
  }
  const [scripts, styles] = await Promise.all([filesOf('js'), filesOf('css')])
  const page = await readFile(join(directory, 'index.html'), 'utf8')
  const isOfPage = ({ name }: File) => page.includes(`/assets/${name}`)
  const isLanguage = ({ name }: File) => languageFile.test(name)
  const ofGallery = scripts.filter((file) => !isOfSettings(file))
  const ofSettings = scripts.filter(isOfSettings)
  const largestOf = (files: readonly File[]) =>
    Math.max(0, ...files.filter(isLanguage).map(({ bytes }) => bytes))
  const largestLanguage = largestOf(ofGallery)
  const others = ofGallery.filter((file) => !isLanguage(file))
  return [
    sizeOf('js', sum(others) + largestLanguage),
    sizeOf('css', sum(styles.filter((file) => !isOfSettings(file)))),
    sizeOf('visitor', sum(others.filter(({ name }) => !adminFile.test(name))) + largestLanguage),
    sizeOf('first view', sum(ofGallery.filter(isOfPage)) + largestLanguage),
    sizeOf(
      'settings',
      sum([...ofSettings.filter((file) => !isLanguage(file)), ...styles.filter(isOfSettings)]) +
        largestOf(ofSettings),
    ),
  ]
}

const isOfSettings = ({ name }: File) => settingsFile.test(name)
const sum = (files: readonly File[]) => files.reduce((total, { bytes }) => total + bytes, 0)
const sizeOf = (kind: Kind, bytes: number): KindSize => ({ kind, bytes, limit: limits[kind] })

if (import.meta.main) {
  endWithHelp('node scripts/check-ui-size.ts: fails if dist/ui exceeds its size limits')
  for (const { kind, bytes, limit } of await uiSizes(uiDirectory)) {
    const isTooLarge = bytes > limit
    console.log(`${kind.padEnd(10)} ${bytes} of ${limit} bytes gzip${isTooLarge ? '  TOO LARGE' : ''}`)
    if (isTooLarge) process.exitCode = 1
  }
}
