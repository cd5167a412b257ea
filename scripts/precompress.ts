/**
 * Build step that writes a Brotli and a gzip file beside every built file, so that the Node host compresses
 * nothing while serving.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'
import type { Plugin } from 'vite'

const toBrotli = promisify(brotliCompress)
/** Rounds in which zopfli looks for a shorter encoding. More rounds save fewer than ten bytes in all files together. */
const zopfliRounds = 60

/**
 * Creates a Vite plugin. It uses the highest compression levels, since this runs once per build. Zopfli writes gzip files that are about
 * 3 % smaller than those of zlib.
 */
export function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async writeBundle({ dir }, bundle) {
      if (!dir) throw new Error('The build has no output folder.')
      // Loaded here, because the package handles uncaught exceptions of the process that loads it.
      const { gzipAsync } = await import('@gfx/zopfli')
      const files = Object.values(bundle).map((output) => ({
        path: join(dir, output.fileName),
        content: Buffer.from(output.type === 'chunk' ? output.code : output.source),
      }))
      await Promise.all(
        files.flatMap(({ path, content }) => [
          toBrotli(content).then((bytes) => writeFile(`${path}.br`, bytes)),
          gzipAsync(content, { numiterations: zopfliRounds }).then((bytes) => writeFile(`${path}.gz`, bytes)),
        ]),
      )
    },
  }
}
