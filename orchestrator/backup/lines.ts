/** Lines of a gzipped text, read in bounded memory. Node only. */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

/** Thrown for a file that cannot be read as gzipped lines. The message is for people. */
export class UnreadableLines extends Error {
  override readonly name = 'UnreadableLines'
}

const lineFeed = 0x0a

/**
 * Reads the lines of a file, without their line feeds. Throws {@link UnreadableLines} for a missing, damaged or incomplete file. Refuses a line
 * over `maxBytes`, which bounds the memory for any ratio of compression.
 */
export async function* gzippedLines(path: string, maxBytes: number): AsyncGenerator<Buffer, void, undefined> {
  const source = createReadStream(path)
  const unzipped = createGunzip()
  source.on('error', (error) => unzipped.destroy(error))
  source.pipe(unzipped)
  let rest: Buffer[] = []
  let restBytes = 0
  try {
    for await (const chunk of chunksOf(unzipped)) {
      let start = 0
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
        yield Buffer.concat([...rest, chunk.subarray(start, end)])
        rest = []
        restBytes = 0
        start = end + 1
      }
      rest.push(chunk.subarray(start))
      restBytes += chunk.length - start
      if (restBytes > maxBytes) throw new UnreadableLines('A line of the file is too long.')
    }
  } finally {
    source.destroy()
    unzipped.destroy()
  }
  if (restBytes > 0) throw new UnreadableLines('The file ends within a line.')
}

async function* chunksOf(stream: AsyncIterable<unknown>): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of stream) if (chunk instanceof Buffer) yield chunk
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new UnreadableLines(`The file cannot be read, or is damaged${code}.`)
  }
}
