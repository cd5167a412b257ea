/** Log lines to a stream: those of one turn of the event loop go out in one write. */
import type { Writable } from 'node:stream'

export interface LineWriter {
  write(line: string): void
  /** Hands everything over now; call it before the process ends. */
  flush(): void
}

/** Beyond this, lines go out at once. Characters. */
const maxBuffered = 64 * 1024

/** Makes the writer. */
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
      if (buffered.length > maxBuffered) flush()
      else if (!scheduled) {
        scheduled = true
        setImmediate(flush)
      }
    },
    flush,
  }
}
