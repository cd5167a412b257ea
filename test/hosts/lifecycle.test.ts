import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { onMethod } from '../../dev/emulators/telegram/faults.ts'
import { type NodeHost, startNodeHost } from '../../src/node.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, cookieOf, eventsOf } from '../support/fixtures/admin.ts'
import {
  baseDomain,
  type Fleet,
  fleetVariables,
  https,
  markedConfig,
  sessionSecret,
  startFleet,
} from '../support/fixtures/fleet.ts'
import { nodeHost } from '../support/fixtures/hosts.ts'
import { sendTo } from '../support/fixtures/http-client.ts'
import { nodeProcess } from '../support/fixtures/node-process.ts'
import { picture, startStorages, upload } from '../support/fixtures/photographers.ts'
import { startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const ready = (fleet: Fleet) => fleet.host.request('any.host', '/health/ready')
const logged = (fleet: Fleet, msg: string) =>
  fleet.host.lines.filter((line) => line.includes(`"msg":"${msg}"`))

/** Resolves when the process refuses new connections. */
const refusesConnections = (fleet: Fleet) =>
  vi.waitFor(() => expect(ready(fleet)).rejects.toMatchObject({ code: 'ECONNREFUSED' }), { timeout: 20_000 })

describe('a dyno that receives SIGTERM', () => {
  it('finishes running work, accepts no more, and handles repeated signals once', async () => {
    const kind = nodeProcess()
    await using studio = await startStudio(kind)
    const { fleet } = studio
    await upload(studio.tenant('drained'), photo, await picture(3, 300, 200))
    const sent = Promise.withResolvers<void>()
    const hold = { kind: 'hold' as const, until: sent.promise }
    const reached = Promise.withResolvers<void>()
    studio.telegram.interfere(onMethod('sendPhoto', hold))
    studio.telegram.interfere(({ method }) => {
      if (method === 'sendphoto') reached.resolve()
      return undefined
    })
    const publishing = adminPost(
      fleet,
      'drained',
      `/api/images/${photo}/publish`,
      { platforms: ['telegram'] },
      { accept: 'text/event-stream' },
    )
    await reached.promise
    const uploading = halfAnUpload(fleet, 'drained', await picture(9, 200, 200))
    await uploading.begun
    expect((await ready(fleet)).status).toBe(200)

    // Awaits `close`, not `exit`, so that the last lines have been read.
    const ended = once(kind.process(), 'close')
    kind.process().kill('SIGTERM')
    await vi.waitFor(() => expect(logged(fleet, 'draining')).toHaveLength(1), {
      timeout: 20_000,
      interval: 10,
    })
    kind.process().kill('SIGTERM')
    await refusesConnections(fleet)

    sent.resolve()
    uploading.finish()
    const events = await eventsOf(await publishing)
    expect(events.at(-1)).toMatchObject({ event: 'result', data: { any_success: true, archived: true } })
    expect(await uploading.status).toBe(200)
    expect(await ended).toEqual([0, null])
    expect(logged(fleet, 'draining')).toHaveLength(1)
    expect(logged(fleet, 'stopped')).toHaveLength(1)
    expect(logged(fleet, 'cut off')).toEqual([])
  }, 90_000)

  it('exits cleanly when SIGTERM arrives as soon as it listens', async () => {
    const child = spawn(process.execPath, ['src/node.ts'], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      env: {
        ...{ PATH: process.env.PATH, PORT: '0', CONFIG_FILE: '/dev/null', WEB_SESSION_SECRET: sessionSecret },
        // Loading the tracing SDK takes a while and begins when the host listens.
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const said: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg } = JSON.parse(line)
      said.push(msg)
      if (msg === 'listening') child.kill('SIGTERM')
    })
    expect(await once(child, 'close')).toEqual([0, null])
    expect(said).toEqual(['listening', 'draining', 'stopped'])
  }, 60_000)

  it('keeps answering for a moment while reporting that it is not ready', async () => {
    await using fleet = await startFleet(nodeHost)
    fleet.orchestrator.tenants.set(`alice.${baseDomain}`, { config: markedConfig(true) })
    const host = await startHost(fleet)
    const closing = host.close(5000)
    const draining = await sendTo(host.port, 'any.host', '/health/ready')
    expect([draining.status, await draining.json()]).toEqual([
      503,
      { status: 'not_ready', reason: 'draining' },
    ])
    expect(draining.headers.get('connection')).toBe('close')
    const routed = await sendTo(host.port, 'any.host', '/health/traffic')
    expect([routed.status, await routed.json()]).toEqual([503, { status: 'not_ready', reason: 'draining' }])
    expect((await sendTo(host.port, 'any.host', '/health/live')).status).toBe(200)
    expect((await sendTo(host.port, `alice.${baseDomain}`, '/', { headers: https })).status).toBe(200)
    await closing
  })

  it('writes what it found out about photos at once', async () => {
    const lines: string[] = []
    await using storages = await startStorages()
    await using fleet = await startFleet(nodeHost)
    const store = storages.onS3(fleet, 'ending')
    await upload(store, photo, await picture(3, 300, 200))
    const host = await startHost(fleet, lines)
    const thumbnail = `/api/images/${photo}/thumbnail`
    expect((await sendTo(host.port, `ending.${baseDomain}`, thumbnail, { headers: https })).status).toBe(200)
    // Less time than the process waits for more to write.
    await host.close(0, 0)
    expect(lines.filter((line) => line.includes('"cut off"'))).toEqual([])
    expect(await store.readPreview('index', 'photos.json')).not.toBeNull()
  })

  it('logs how many connections and background tasks it cut off', async () => {
    const lines: string[] = []
    await using fleet = await startFleet(nodeHost)
    fleet.orchestrator.tenants.set(`alice.${baseDomain}`, { config: markedConfig(true) })
    const answered = Promise.withResolvers<undefined>()
    fleet.orchestrator.script = () => answered.promise
    const host = await startHost(fleet, lines)
    const waiting = httpRequest({
      host: '127.0.0.1',
      port: host.port,
      path: '/',
      headers: { host: `alice.${baseDomain}`, ...https },
      agent: false,
    }).end()
    const cut = once(waiting, 'error')
    await vi.waitFor(() => expect(fleet.orchestrator.calls).toHaveLength(1), { timeout: 20_000 })
    await host.close(0, 50)
    await cut
    expect(lines.filter((line) => line.includes('"cut off"')).map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'warn', connections: 1, background: 1 }),
    ])
    answered.resolve(undefined)
  })
})

/** Starts a second host on the fleet's orchestrator. */
function startHost({ orchestrator }: Fleet, lines: string[] = []): Promise<NodeHost> {
  return startNodeHost({
    write: (line) => lines.push(line),
    variables: { ...fleetVariables(orchestrator), PORT: '0' },
  })
}

/** Starts an upload that pauses halfway until `finish`. */
function halfAnUpload(fleet: Fleet, tenant: string, bytes: Uint8Array) {
  const head =
    '--x\r\ncontent-disposition: form-data; name="file"; filename="late.jpg"\r\ncontent-type: image/jpeg\r\n\r\n'
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--x--\r\n')])
  const middle = body.length >> 1
  const begun = Promise.withResolvers<void>()
  const finished = Promise.withResolvers<void>()
  const status = (async () => {
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: fleet.host.port,
      path: '/api/library/upload',
      method: 'POST',
      agent: false,
      headers: {
        ...https,
        host: `${tenant}.${baseDomain}`,
        cookie: await cookieOf(),
        'sec-fetch-site': 'same-origin',
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': body.length,
      },
    })
    const answer = once(outgoing, 'response')
    outgoing.write(body.subarray(0, middle), () => begun.resolve())
    await finished.promise
    outgoing.end(body.subarray(middle))
    const [incoming] = await answer
    incoming.resume()
    return incoming.statusCode
  })()
  return { begun: begun.promise, finish: () => finished.resolve(), status }
}

describe('readiness', () => {
  it('stays in traffic during an orchestrator outage while it can serve cached tenants', async () => {
    await using fleet = await startFleet(nodeHost)
    const alice = `alice.${baseDomain}`
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    const ask = async (host: string, path: string) =>
      (await fleet.host.request(host, path, { headers: https })).status
    expect(await ask(alice, '/api/config/features')).toBe(200)
    fleet.orchestrator.script = () => 'reset'
    expect(await ask('any.host', '/health/ready')).toBe(503)
    expect(await ask('any.host', '/health/traffic')).toBe(200)
    expect(await ask(alice, '/api/config/features')).toBe(200)
  })

  it('stays ready while Redis is down', async () => {
    await using fleet = await startFleet(nodeHost, { REDIS_URL: 'redis://127.0.0.1:9' })
    expect((await ready(fleet)).status).toBe(200)
    await vi.waitFor(() => expect(logged(fleet, 'redis down')).toHaveLength(1), { timeout: 20_000 })
  })
})

describe('an error outside of any request', () => {
  it('logs and counts the error without ending the process', () => {
    const script = `
      import { createFaults, watchProcess } from './src/node/faults.ts'
      import { createLogger } from './src/runtime/telemetry/log.ts'
      const counted = []
      const log = createLogger({ level: 'info', write: console.log, now: () => 0 })
      watchProcess(createFaults(log, (kind) => counted.push(kind)))
      Promise.reject(new Error('nobody waits'))
      setTimeout(() => { throw new Error('nobody catches') }, 1)
      setTimeout(() => console.log(counted.join()), 5)`
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      encoding: 'utf8',
    })
    const [rejection, exception, counted] = stdout.trim().split('\n')
    expect(rejection).toContain(
      '"msg":"unhandled rejection","error":{"name":"Error","message":"nobody waits"}',
    )
    expect(exception).toContain(
      '"msg":"uncaught exception","error":{"name":"Error","message":"nobody catches"}',
    )
    expect([counted, status]).toEqual(['unhandled rejection,uncaught exception', 0])
  })
})
