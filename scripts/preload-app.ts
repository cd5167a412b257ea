/** Preloads the app in the built page, so that it downloads beside the words of its language and not after them. */
import type { Plugin, Rolldown } from 'vite'

const appModule = /\/src\/ui\/main\.tsx$/

/** A Vite plugin. Throws where no chunk of the build holds the app. */
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

/** The chunk of the app and its static imports. */
function appFiles(bundle: Rolldown.OutputBundle): string[] {
  for (const output of Object.values(bundle)) {
    if (output.type === 'chunk' && output.moduleIds.some((id) => appModule.test(id)))
      return [output.fileName, ...output.imports]
  }
  throw new Error('the build has no chunk with src/ui/main.tsx')
}
