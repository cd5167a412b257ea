/**
 * Build step that preloads the app in the built page, so that it downloads in parallel with the texts of its
 * language.
 */
import type { Plugin, Rolldown } from 'vite'

const appModule = /\/src\/ui\/main\.tsx$/

/** Creates a Vite plugin. Throws if no chunk of the build contains the app. */
export function preloadApp(): Plugin {
  return {
    name: 'preload-app',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const files = appFiles(bundle).filter((file) => !html.includes(`/${file}"`))
        return files.map((file) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
          injectTo: 'head' as const,
        }))
      },
    },
  }
}

/** Returns the chunk of the app and its static imports. */
function appFiles(bundle: Rolldown.OutputBundle): string[] {
  for (const output of Object.values(bundle)) {
    if (output.type === 'chunk' && output.moduleIds.some((id) => appModule.test(id)))
      return [output.fileName, ...output.imports]
  }
  throw new Error('The build has no chunk with src/ui/main.tsx.')
}
