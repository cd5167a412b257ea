/** Asks many questions over a few connections, as browsers do, and counts the answers. */
import { Agent, request } from 'node:http'
import { pause } from '../src/base/time.ts'

export interface Question {
  host: string
  path: string
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
}

interface Answer {
  status: number
  retryAfterSeconds: number | undefined
  body: string
}

export interface Outcome {
  seconds: number
  answered: number
  /** Answers 503 or 429 with `Retry-After`. Each was asked again after that time. */
  busy: number
  /** All other answers, by status, and broken connections. */
  failed: Record<string, number>
}

/** Upper bound on repetitions of a question. */
const maxTries = 60
/** Headers of a picture's request in Chromium, as the router passes them on. */
const headersOfPage = {
  'x-forwarded-proto': 'https',
  accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
}

/** Asks all questions in turn over `connections` connections, or until `deadline` (of `performance.now()`). */
export async function askAll(
  port: number,
  questions: Iterable<Question>,
  connections: number,
  deadline = Number.POSITIVE_INFINITY,
): Promise<Outcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const outcome: Outcome = { seconds: 0, answered: 0, busy: 0, failed: {} }
  const remaining = questions[Symbol.iterator]()
  const begin = performance.now()
  const visit = async () => {
    while (performance.now() < deadline) {
      const { value, done } = remaining.next()
      if (done) return
      await askPatiently(agent, port, value, outcome)
    }
  }
  await Promise.all(Array.from({ length: connections }, visit))
  agent.destroy()
  outcome.seconds = (performance.now() - begin) / 1000
  return outcome
}

async function askPatiently(agent: Agent, port: number, question: Question, outcome: Outcome): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { status, retryAfterSeconds, body } = await ask(agent, port, question)
    if (status >= 200 && status < 300) return void outcome.answered++
    const mayRetry = retryAfterSeconds !== undefined && tries < maxTries
    if (mayRetry) {
      outcome.busy++
      await pause(retryAfterSeconds * 1000)
      continue
    }
    const what = status === 0 ? body : `${status} ${body.match(/"code":"\w+"/)?.[0] ?? ''}`
    outcome.failed[what] = (outcome.failed[what] ?? 0) + 1
    return
  }
}

function ask(agent: Agent, port: number, { host, path, method = 'GET', headers }: Question): Promise<Answer> {
  return new Promise((resolve) => {
    const outgoing = request(
      { agent, port, host: '127.0.0.1', path, method, headers: { ...headersOfPage, host, ...headers } },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', (error) => resolve(broken(error)))
        incoming.on('end', () => {
          const after = incoming.headers['retry-after']
          const status = incoming.statusCode ?? 0
          resolve({
            status,
            retryAfterSeconds: after === undefined ? undefined : Number(after),
            // Only errors are read: pictures would cost this process memory for nothing.
            body: status < 300 ? '' : Buffer.concat(chunks).toString(),
          })
        })
      },
    )
    outgoing.on('error', (error) => resolve(broken(error)))
    if (method === 'POST') outgoing.setHeader('content-length', 0)
    outgoing.end()
  })
}

function broken(error: Error): Answer {
  return { status: 0, retryAfterSeconds: undefined, body: error.message }
}
