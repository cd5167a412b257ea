/** The two hosts behind one interface, so that one suite of requests runs against both. */
import { describe } from 'vitest'
import { type StoredValues, startWorkerHost } from '../../dev/worker-host.ts'
import { startNodeHost } from '../../src/node.ts'
import { undescribed } from '../handlers/described-answers.ts'
import { type RequestOptions, sendTo } from './http.ts'

/** How long a test waits for what happens in the background: far longer than it takes, for machines that are busy. */
export const patience = { timeout: 20_000 }

export interface RunningHost {
  /** Rejects where the API's own description does not hold the answer. */
  request(host: string, path: string, options?: RequestOptions): Promise<Response>
  /** Log lines so far. */
  lines: string[]
  port: number
  /** What a cron trigger does; Workers only. */
  runSchedule?(): Promise<unknown>
  /** Opens its KV; Workers only. */
  kv?(): Promise<StoredValues>
  close(): Promise<void>
}

export interface HostKind {
  name: 'node' | 'worker'
  /** `now` replaces the clock, which only the Node host allows. */
  start(variables: Record<string, string>, now?: () => number): Promise<RunningHost>
}

export const nodeHost: HostKind = {
  name: 'node',
  async start(variables, now = Date.now) {
    const lines: string[] = []
    const write = (line: string) => lines.push(line)
    const host = await startNodeHost({ variables: { ...variables, PORT: '0' }, write, now })
    return running(host.port, lines, () => host.close(0))
  },
}

export const workerHost: HostKind = {
  name: 'worker',
  async start(variables) {
    const lines: string[] = []
    const host = await startWorkerHost({ variables, port: 0, write: (line) => lines.push(line) })
    return { ...running(host.port, lines, host.close), runSchedule: host.runSchedule, kv: host.kv }
  },
}

function running(port: number, lines: string[], close: () => Promise<void>): RunningHost {
  return {
    port,
    lines,
    close,
    async request(host, target, options) {
      const response = await sendTo(port, host, target, options)
      const fault = await undescribed({ host, method: options?.method ?? 'GET', target }, response)
      if (fault !== null) throw new Error(`/openapi.json does not hold this answer: ${fault}`)
      return response
    },
  }
}

/** Runs the same cases against the Node host and against the built Worker in Miniflare. */
export function describeOnBothHosts(title: string, cases: (kind: HostKind) => void): void {
  describe.each([nodeHost, workerHost])(`${title}, on the $name host`, cases)
}
