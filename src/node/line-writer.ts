/** Writes log lines to a stream, with one write per turn of the event loop. */
import type { Writable } from 'node:stream'

export interface LineWriter {
  write(line: string): void
  /** Writes all buffered lines. Call this before the process ends. */
  flush(): void
}

/** Upper bound on the buffer in characters. A longer buffer is written at once. */
const maxBufferedLength = 64 * 1024

export function createLineWriter(stream: Writable): LineWriter {
  let buffered = ''
  let scheduled = false

  function flush(): void {
    scheduled = false
    if (buffered === '') return
    stream.write(buffered)
    buffered = ''
  }

  return {
    write(line) {
      buffered += `${line}\n`
      if (buffered.length > maxBufferedLength) flush()
      else if (!scheduled) {
        scheduled = true
        setImmediate(flush)
      }
    },
    flush,
  }
}
