/** Uploads a photo. Uses XMLHttpRequest, because `fetch` reports no upload progress. */
import { createParser } from 'eventsource-parser'
import { parseJson } from '../../../base/json.ts'
import { isRecord } from '../../json.ts'
import { type ApiProblem, pageProblem, problemFrom, problemOfHead, unreached } from '../../problem.ts'

/** Photo in the gallery with the same bytes as an upload. */
export interface Existing {
  folder: string
  name: string
}

export type Sent = { key: string } | { existing: Existing } | { problem: ApiProblem }

export interface SendOptions {
  /** Stores a second copy of a photo that the gallery already has. */
  keepsDuplicate: boolean
  /** Called with the bytes sent so far and the total. */
  onProgress: (sent: number, total: number) => void
  /** Called when the server has received all bytes and stores the photo. */
  onStoring: () => void
  signal: AbortSignal
  /** Milliseconds without progress after which the upload is aborted. */
  stallMs: number
}

/**
 * Resolves with the result. After a stall, the problem is `answer_lost` if all bytes were sent, otherwise `stalled`. The promise stays
 * pending after `signal` aborts.
 */
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
  // A key outside the root includes its folder, such as `archive/dusk.jpg`.
  return {
    existing: { folder: String(existing.folder), name: String(existing.key).replace(/^\w+\//, '') },
  }
}

/** Reads the problem document of a refusal, or only the status if a proxy sent another body. */
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
