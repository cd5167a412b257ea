/** Builds the web app into dist/ui. */
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { endWithHelp } from '../src/node/usage.ts'
import { settingsMode } from './ui-modes.ts'

/** Folder of the built web app. */
export const uiDirectory = fileURLToPath(new URL('../dist/ui', import.meta.url))

if (import.meta.main) {
  endWithHelp('npm run build:ui: builds src/ui into dist/ui')
  // A test runner that calls this program sets NODE_ENV, which would cause a development build.
  process.env.NODE_ENV = 'production'
  const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url))
  // The gallery goes first, because its build empties the folder.
  for (const mode of ['production', settingsMode]) await build({ configFile, mode, logLevel: 'warn' })
}
