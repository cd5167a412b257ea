/** Answers long-running work: server-sent events if the client accepts them, plain JSON otherwise. */
import type { Context, TypedResponse } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Services } from '../runtime/services.ts'
import { audit } from './audit.ts'
import type { AppEnv } from './exchange.ts'
import { problemOf, toPublisherError } from './problem.ts'
import { logFault } from './refusal.ts'

/** Reports the stage that the work has reached. Never waits for the client. */
export type Report = (stage: string, details?: Readonly<Record<string, unknown>>) => void

/** Interval of heartbeats, below the idle timeout of any proxy (Heroku's router: 55 s between bytes). */
const heartbeatMs = 15_000

/**
 * Runs `work` to its end, even if the client disconnects; `signal` then tells the work to stop early. With `Accept: text/event-stream`
 * the response is a stream of `progress` events and a final `result` or `error` (a problem document). An error before the first stage is
 * an ordinary problem document, as it is for other clients.
 */
export async function answerInStages<T extends object>(
  c: Context<AppEnv>,
  services: Services,
  work: (report: Report, signal: AbortSignal) => Promise<T>,
): Promise<StagedAnswer<T>> {
  const gone = new AbortController()
  const { signal: closed } = c.req.raw
  closed.addEventListener('abort', () => gone.abort(closed.reason), { once: true })
  const stages = createStages()
  const running = work(stages.report, gone.signal).finally(stages.end)
  c.env.connection.waitUntil(running.catch(() => undefined))
  if (!acceptsEvents(c)) return typed(c.json(await running, 200))
  await Promise.race([stages.begun, running])
  const answer = streamSSE(c, async (stream) => {
    stream.onAbort(() => gone.abort())
    const heartbeat = setInterval(() => void stream.write(': still working\n\n'), heartbeatMs)
    try {
      for await (const stage of stages.all()) {
        await stream.writeSSE({ event: 'progress', data: JSON.stringify(stage) })
      }
      await stream.writeSSE(await outcome(c, services, running))
    } finally {
      clearInterval(heartbeat)
    }
  })
  c.header('cache-control', 'no-store')
  return typed(answer)
}

/** Type of a staged 200 in a route's description: the JSON, or the event stream that ends with the same JSON. */
export type StagedAnswer<T> = Response & TypedResponse<T, 200, 'json'>

/** Casts the response, since Hono's types cannot describe a stream that ends with JSON. */
function typed<T>(response: Response): StagedAnswer<T> {
  return response as StagedAnswer<T>
}

async function outcome(
  c: Context<AppEnv>,
  services: Services,
  running: Promise<object>,
): Promise<{ event: 'result' | 'error'; data: string }> {
  const action = `${c.req.method} ${c.req.path}`
  try {
    const data = JSON.stringify(await running)
    audit(c.env, services, { action, outcome: 'ok' })
    return { event: 'result', data }
  } catch (thrown) {
    const error = toPublisherError(thrown)
    audit(c.env, services, { action, outcome: 'failed', reason: error.code })
    logFault(error, c.env, services)
    return { event: 'error', data: JSON.stringify(problemOf(error, c.env.requestId)) }
  }
}

/** Describes the 200 of a route that uses {@link answerInStages}. */
export function staged<const S>(schema: S, description: string) {
  return {
    description: `${description}. With \`Accept: text/event-stream\`: \`progress\` events, then \`result\` or \`error\`.`,
    content: { 'application/json': { schema }, 'text/event-stream': {} },
  }
}

type Stage = Readonly<Record<string, unknown>>

/** Queues reported stages for a reader that may be slower than the work. */
function createStages() {
  const waiting: Stage[] = []
  const begun = Promise.withResolvers<void>()
  let more = Promise.withResolvers<void>()
  let ended = false
  const wake = () => {
    more.resolve()
    more = Promise.withResolvers<void>()
  }
  const report: Report = (stage, details) => {
    waiting.push({ stage, ...details })
    begun.resolve()
    wake()
  }
  return {
    report,
    begun: begun.promise,
    end() {
      ended = true
      wake()
    },
    async *all(): AsyncGenerator<Stage> {
      for (;;) {
        const next = waiting.shift()
        if (next) yield next
        else if (ended) return
        else await more.promise
      }
    },
  }
}

function acceptsEvents(c: Context<AppEnv>): boolean {
  return c.req.header('accept')?.includes('text/event-stream') === true
}
