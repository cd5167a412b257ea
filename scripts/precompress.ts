/**
 * Build step that writes a Brotli and a gzip file beside every built file, so that the Node host compresses
 * nothing while serving.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

/** Creates a Vite plugin. It uses the highest compression levels, since this runs once per build. */
export function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async writeBundle({ dir }, bundle) {
      if (!dir) throw new Error('The build has no output folder.')
      const files = Object.values(bundle).map((output) => ({
        path: join(dir, output.fileName),
        content: Buffer.from(output.type === 'chunk' ? output.code : output.source),
      }))
      await Promise.all(
        files.flatMap(({ path, content }) => [
          toBrotli(content).then((bytes) => writeFile(`${path}.br`, bytes)),
          toGzip(content, { level: 9 }).then((bytes) => writeFile(`${path}.gz`, bytes)),
        ]),
      )
    },
  }
}
