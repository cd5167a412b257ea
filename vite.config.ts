/** Builds the web app (src/ui) to the static files that both hosts serve. */
import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig, type UserConfig } from 'vite'
import { appIcons } from './scripts/app-icons.ts'
import { precompress } from './scripts/precompress.ts'
import { preloadApp } from './scripts/preload-app.ts'
import { settingsMode } from './scripts/ui-modes.ts'

/** Code of the gallery, which every visitor runs. The browser loads the grid and the darkroom when they are first needed. */
const appCode =
  /node_modules\/(preact|thumbhash)\/|src\/ui\/(?!shortcut-sheet|use-dialog)((gallery\/(zoom\/)?|account\/)?[\w-]+|darkroom\/upload\/upload-entry)\.tsx?$/

/** Code that the darkroom shares with the sheet of shortcuts, which visitors load on demand. */
const dialogCode = /src\/ui\/use-dialog\.ts$/

/** Code of the start script: the choice of a language, and the first photo. The app and the parts that load later share it. */
const startCode =
  /src\/ui\/(start|ask|first-photo|texts|texts\/formats|gallery\/(address|order|picture-sources))\.ts$|workflow\/thumbnail\/picture-sources|vite\/preload-helper/

/** Sheets beside that code. In the start's chunk, so that the page links one file with all of them. */
const appSheets = /src\/ui\/(gallery\/(zoom\/)?|account\/)?[\w-]+\.css$/

const outDir = fileURLToPath(new URL('dist/ui', import.meta.url))

const common: UserConfig = {
  root: fileURLToPath(new URL('src/ui', import.meta.url)),
  base: '/',
  build: {
    outDir,
    // Every file has a name of its own below /assets/; the content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Terser's second and third pass remove what the first has left, which the faster minifiers do not.
    minify: 'terser',
    terserOptions: { module: true, ecma: 2020, compress: { passes: 3 } },
  },
}

const gallery: UserConfig = {
  build: {
    emptyOutDir: true,
    rolldownOptions: {
      output: {
        // Keeps the files few. Code that the app shares with its later parts lies in the app. Code that the formats of both languages
        // share lies beside the start.
        codeSplitting: {
          groups: [
            { name: 'start', test: startCode },
            { name: 'start', test: appSheets },
            { name: 'app', test: appCode },
            { name: 'dialog', test: dialogCode },
          ],
        },
      },
    },
  },
  plugins: [appIcons(), preloadApp(), precompress()],
}

/** The settings page shares no chunk with the gallery, so that no change of the settings grows the first view of a visitor. */
const settings: UserConfig = {
  build: {
    emptyOutDir: false,
    rolldownOptions: {
      input: fileURLToPath(new URL('src/ui/settings.html', import.meta.url)),
      output: {
        entryFileNames: 'assets/settings-[hash].js',
        chunkFileNames: 'assets/settings-[name]-[hash].js',
        assetFileNames: ({ names }) =>
          names.some((name) => name.endsWith('.css'))
            ? 'assets/settings-[hash][extname]'
            : 'assets/[name]-[hash][extname]',
      },
    },
  },
  plugins: [precompress()],
}

export default defineConfig(({ mode }) => mergeConfig(common, mode === settingsMode ? settings : gallery))
