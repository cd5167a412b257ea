/** Programs that tests need besides npm packages, with their paths and the packages that contain them. */
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

export interface Tool {
  readonly name: string
  /** Debian package of the program. */
  readonly debian: string
  /** Name in Homebrew. */
  readonly brew: string
  /** Finds the program. Returns its path, or null if the program is missing. */
  find(): string | null
}

/** Returns the path of the first of these programs that is on PATH. */
function onPath(...programs: string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const paths = programs.flatMap((program) => folders.map((folder) => join(folder, program)))
  return paths.find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Browsers by preference: the shell has the same engine without a window, and needs half the processor time. */
const browsers = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
const macChromium = '/Applications/Chromium.app/Contents/MacOS/Chromium'

/** Finds Chromium: at `CHROMIUM_PATH`, on PATH, or where Playwright installs its own. */
export function findChromium(): string | null {
  const chosen = process.env.CHROMIUM_PATH
  if (chosen) return existsSync(chosen) ? chosen : null
  return onPath(...browsers) ?? [macChromium, chromium.executablePath()].find(existsSync) ?? null
}

export const tools: readonly Tool[] = [
  { name: 'Chromium', debian: 'chromium-headless-shell', brew: '--cask chromium', find: findChromium },
  { name: 'Redis', debian: 'redis-server', brew: 'redis', find: () => onPath('redis-server') },
  { name: 'promtool', debian: 'prometheus', brew: 'prometheus', find: () => onPath('promtool') },
]

/** Returns the tools that this machine lacks. */
export function missingTools(): Tool[] {
  return tools.filter(({ find }) => find() === null)
}

/** Joins names for a sentence: `Chromium, Redis and promtool`. */
export function namesOf(list: readonly Tool[]): string {
  return new Intl.ListFormat('en-GB').format(list.map(({ name }) => name))
}
