/** Sends one photo. XMLHttpRequest, because `fetch` does not tell how much has left. */
import { createParser } from 'eventsource-parser'
import { parseJson } from '../../../base/json.ts'
import { isRecord } from '../../json.ts'
import { type ApiProblem, pageProblem, problemFrom, problemOfHead, unreached } from '../../problem.ts'

/** The photo of the gallery that has the bytes of an upload. */
export interface Existing {
  folder: string
  name: string
}

export type Sent = { key: string } | { existing: Existing } | { problem: ApiProblem }

export interface SendOptions {
  /** Stores a second copy of what is there already. */
  keepsDuplicate: boolean
  /** Bytes that have left, of all of them. */
  onProgress: (sent: number, total: number) => void
  /** All has arrived, and the server puts it away. */
  onStoring: () => void
  signal: AbortSignal
  /** After so many milliseconds without a sign of life it is given up. */
  stallMs: number
}

/** Gives what became of it; `answer_lost` where all has left and nobody knows, `stalled` where less has. Never ends after `signal`. */
export function sendFile(
  file: File,
  { keepsDuplicate, onProgress, onStoring, signal, stallMs }: SendOptions,
): Promise<Sent> {
  const request = new XMLHttpRequest()
  const { promise, resolve } = Promise.withResolvers<Sent>()
  let hasLeft = false
  let outcome: Sent | null = null
  let read = 0
  const parser = createParser({
    onEvent({ event, data }) {
      const content = parseJson(data)
      if (!isRecord(content)) return
      if (event === 'progress' && content.stage === 'storing') onStoring()
      if (event === 'result' && typeof content.key === 'string') outcome = { key: content.key }
      if (event === 'error') outcome = refusalIn(content)
    },
  })
  let watchdog: ReturnType<typeof setTimeout> | undefined
  const wait = () => {
    clearTimeout(watchdog)
    watchdog = setTimeout(() => {
      resolve(outcome ?? { problem: hasLeft ? lost : stalled })
      request.abort()
    }, stallMs)
  }
  const readEvents = () => {
    wait()
    if (request.status !== 200) return
    parser.feed(request.responseText.slice(read))
    read = request.responseText.length
  }
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    wait()
    onProgress(loaded, total)
  })
  request.upload.addEventListener('load', () => {
    hasLeft = true
    wait()
  })
  request.addEventListener('progress', readEvents)
  request.addEventListener('load', () => {
    readEvents()
    resolve(outcome ?? (request.status === 200 ? { problem: lost } : refusalOf(request)))
  })
  request.addEventListener('loadend', () => clearTimeout(watchdog))
  request.addEventListener('error', () => resolve(outcome ?? { problem: hasLeft ? lost : unreached() }))
  signal.addEventListener('abort', () => request.abort())
  request.open('POST', `/api/library/upload${keepsDuplicate ? '' : '?duplicates=refuse'}`)
  request.setRequestHeader('accept', 'text/event-stream')
  const form = new FormData()
  form.append('file', file, file.name)
  request.send(form)
  wait()
  return promise
}

const lost = pageProblem('answer_lost')
const stalled = pageProblem('stalled')

function refusalIn(body: Record<string, unknown>): Sent {
  const { existing } = body
  if (!isRecord(existing)) return { problem: problemFrom(body) }
  // A key of another folder than the root is `archive/dusk.jpg`.
  return {
    existing: { folder: String(existing.folder), name: String(existing.key).replace(/^\w+\//, '') },
  }
}

/** Reads the problem document of a refusal, or the status alone where a proxy wrote something else. */
function refusalOf(request: XMLHttpRequest): Sent {
  const header = request.getResponseHeader('retry-after')
  const { status } = request
  const bare = problemOfHead({
    status,
    headers: new Headers(header === null ? {} : { 'retry-after': header }),
  })
  const { retryAfterSeconds } = bare
  const body = parseJson(request.responseText)
  if (!isRecord(body)) return { problem: bare }
  const refusal = refusalIn({ ...body, status })
  return 'problem' in refusal ? { problem: { ...refusal.problem, retryAfterSeconds } } : refusal
}
