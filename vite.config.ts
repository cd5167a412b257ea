/** Builds the web app (src/ui) to the static files that both hosts serve. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { appIcons } from './scripts/app-icons.ts'
import { precompress } from './scripts/precompress.ts'

export default defineConfig({
  root: fileURLToPath(new URL('src/ui', import.meta.url)),
  base: '/',
  build: {
    outDir: fileURLToPath(new URL('dist/ui', import.meta.url)),
    emptyOutDir: true,
    // Every file has a name of its own below /assets/; the content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [appIcons(), precompress()],
})
