import { describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { attributesOf, startTraceCollector, treeOf } from '../support/fakes/trace-collector.ts'
import { adminEmail, adminPost } from '../support/fixtures/admin.ts'
import { baseDomain, serviceToken, sessionSecret } from '../support/fixtures/fleet.ts'
import { nodeProcess } from '../support/fixtures/node-process.ts'
import { canary, picture, upload } from '../support/fixtures/photographers.ts'
import { apiKey, botToken, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('private-name.jpg')
const caller = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const traceparent = `00-${caller.traceId}-${caller.spanId}-01`

/** Starts a process that lists, captions and publishes, and then ends. */
async function work(variables: Record<string, string>, headers: Record<string, string> = {}) {
  await using studio = await startStudio(nodeProcess(variables, 'SIGTERM'))
  const { fleet } = studio
  await upload(studio.tenant('alice'), photo, await picture(3, 300, 200))
  const list = await fleet.get('alice', '/api/images/list?query=canary-query', headers)
  expect(list.status).toBe(200)
  expect((await adminPost(fleet, 'alice', `/api/images/${photo}/analyze`)).status).toBe(200)
  const caption = 'canary words of a person'
  const publish = { platforms: ['telegram'], caption }
  expect((await adminPost(fleet, 'alice', `/api/images/${photo}/publish`, publish)).status).toBe(200)
  await fleet.get('alice', '/no/such/canary-path')
  return { calls: fleet.orchestrator.calls, lines: fleet.host.lines }
}

describe('traces of the Node host', () => {
  it('records a request and all its calls within the caller’s trace', async () => {
    await using collector = await startTraceCollector()
    const { calls } = await work(
      { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'publisher-test' },
      { traceparent, 'x-request-id': 'find-me' },
    )
    expect(new Set(collector.services())).toEqual(new Set(['publisher-test']))
    const spans = collector.spans()
    const inTrace = spans.filter(({ traceId }) => traceId === caller.traceId)
    const [root] = inTrace.filter(({ parentSpanId }) => parentSpanId === caller.spanId)
    if (!root) throw new Error('There is no span below the caller’s.')
    expect(treeOf(inTrace, root)).toEqual([
      'GET /api/images/list',
      ['resolve tenant', ['orchestrator runtime']],
      ['s3 list', ['orchestrator credentials']],
      ['s3 read_preview'],
    ])
    expect(attributesOf(root)).toEqual({
      'http.request.method': 'GET',
      'http.route': '/api/images/list',
      'http.response.status_code': 200,
      'publisher.request_id': 'find-me',
      'publisher.tenant': 'alice',
      'publisher.config_version': 'v1',
    })
    expect(calls[0]?.traceparent).toMatch(`00-${caller.traceId}-`)

    const names = spans.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'POST /api/images/:filename/analyze',
        'POST /api/images/:filename/publish',
        'images reduceAll',
        'openai photo_analysis',
        'openai captions',
        'telegram publish',
        's3 create_record',
        'GET none',
      ]),
    )
    const roots = spans.filter(({ parentSpanId }) => !parentSpanId)
    expect(roots.every(({ name }) => /^(GET|POST) /.test(name))).toBe(true)

    const everything = collector.received.join('\n')
    for (const secret of [
      canary,
      'canary',
      apiKey('alice'),
      botToken('alice'),
      serviceToken,
      sessionSecret,
      adminEmail,
      photo,
      'alice-ai',
      'alice-telegram',
      'alice-storage',
      baseDomain,
    ]) {
      expect(everything).not.toContain(secret)
    }
  }, 120_000)

  it('obeys the sampler in the environment', async () => {
    await using collector = await startTraceCollector()
    await work({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER: 'parentbased_always_off' })
    expect(collector.received).toEqual([])
    await work(
      { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
      { traceparent },
    )
    expect(new Set(collector.spans().map(({ traceId }) => traceId))).toEqual(new Set([caller.traceId]))
  }, 120_000)

  it.each([
    ['no endpoint is named', () => ({})],
    [
      'the SDK is disabled',
      (url: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' }),
    ],
    [
      'the exporter is none',
      (url: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_EXPORTER: 'none' }),
    ],
  ])(
    'records and sends nothing when %s',
    async (_title, variables) => {
      await using collector = await startTraceCollector()
      const { calls } = await work(variables(collector.url), { traceparent })
      expect(collector.received).toEqual([])
      expect(calls.every((call) => call.traceparent === undefined)).toBe(true)
    },
    120_000,
  )

  it('delays neither requests nor the exit of the process when the collector is down', async () => {
    // Port 9 is unused. Another process might reuse the port of a closed collector.
    const { lines } = await work({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(
      expect.arrayContaining(['tracing failed', 'stopped']),
    )
  }, 120_000)
})
