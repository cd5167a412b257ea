import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createEnding, type EndingOptions } from '../../src/node/ending.ts'
import { createLogger } from '../../src/runtime/telemetry/log.ts'

/** Ends a fake process. Returns its steps in order. */
async function endOf(options: Partial<EndingOptions>, signals = 1): Promise<string[]> {
  const did: string[] = []
  const ended = Promise.withResolvers<void>()
  const end = createEnding({
    log: createLogger({ level: 'info', write: (line) => did.push(JSON.parse(line).msg) }),
    close: async () => void did.push('closed'),
    sendSpans: async () => void did.push('spans'),
    exit(code) {
      did.push(`exit ${code}`)
      ended.resolve()
    },
    ...options,
  })
  for (let signal = 0; signal < signals; signal++) end('SIGTERM')
  await ended.promise
  return did
}

describe('the shutdown of a process', () => {
  it('runs once when several signals arrive', async () => {
    expect(await endOf({}, 3)).toEqual(['draining', 'closed', 'spans', 'stopped', 'exit 0'])
  })

  it('gives the last spans only the time that remains after the drain', async () => {
    const clock = { ms: 0 }
    const given: number[] = []
    for (const drainMs of [1000, 28_000, 31_000]) {
      await endOf({
        clock: () => clock.ms,
        async close() {
          clock.ms += drainMs
        },
        sendSpans: async (ms) => void given.push(ms),
      })
    }
    expect(given).toEqual([28_000, 1000, 0])
  })

  it.each([
    ['the drain fails', { close: () => Promise.reject(new Error('no')) }, ['spans']],
    ['sending the spans fails', { sendSpans: () => Promise.reject(new Error('no')) }, ['closed']],
    ['the drain does not end', { close: () => new Promise<never>(() => undefined), limitMs: 20 }, []],
    [
      'sending the spans does not end',
      { sendSpans: () => new Promise<never>(() => undefined), limitMs: 20 },
      ['closed'],
    ],
  ])('exits with 1 when %s', async (_title, options, between) => {
    expect(await endOf(options)).toEqual(['draining', ...between, 'shutdown incomplete', 'exit 1'])
  })
})

describe('sending the last spans', () => {
  it('does not delay the shutdown when the collector never answers', () => {
    // Without the limit, the child would wait for three seconds. Only its own clock decides, so a busy machine does not matter.
    const script = `
      import { createServer } from 'node:net'
      import { startTracing } from './src/node/tracing.ts'
      import { createLogger } from './src/runtime/telemetry/log.ts'
      import { inRequestSpan } from './src/runtime/telemetry/spans.ts'
      const collector = createServer(() => undefined).listen(0, '127.0.0.1', async () => {
        const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:' + collector.address().port }
        process.env.OTEL_EXPORTER_OTLP_ENDPOINT = variables.OTEL_EXPORTER_OTLP_ENDPOINT
        const tracing = await startTracing(variables, createLogger({ level: 'info', write: console.log }))
        await inRequestSpan('GET', () => null, async () => undefined)
        setTimeout(() => console.log('too late'), 1500)
        await tracing.end(50)
        process.exit(0)
      })`
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      encoding: 'utf8',
    })
    expect(stdout).toContain('the last spans could not be sent')
    expect(stdout).not.toContain('too late')
    expect(status).toBe(0)
  })
})
