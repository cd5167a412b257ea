/** Attacks that try to keep a host busy. Each kind has its own client address and runs until it is stopped. */
import { connect } from 'node:net'
import { parsePhotoName } from '../src/ports/photo.ts'
import { baseDomain } from '../test/support/fixtures/fleet.ts'
import { sendTo } from '../test/support/fixtures/http-client.ts'
import { pngBomb } from './png-bomb.ts'
import { markedPhoto, type Tenant } from './tenants.ts'
import type { Fleet } from './traffic.ts'
import { pauseQuietly } from './troubles.ts'

export const floodKinds = {
  paths: 'paths that are slow to redact',
  bodies: 'JSON bodies, a byte at a time',
  headers: 'headers, a line at a time',
  hosts: 'invented hosts',
  scraping: 'thumbnails as fast as possible',
  bombs: 'thumbnails of a PNG with inflating text',
} as const

export type FloodKind = keyof typeof floodKinds

/** Counts of answers by flood and status. */
export type FloodAnswers = Map<FloodKind, Map<number, number>>

const slowClients = 40
const bombName = 'bomb.png'
const scrapedName = 'scraped.jpg'
const bombSizes = ['w256h256', 'w480h320', 'w640h480', 'w960h640', 'w1024h768']

interface Flood {
  fleet: Fleet
  /** Tenant of the attackers, or the owner of the requested photos. */
  target: Tenant
  count(kind: FloodKind, status: number): void
  signal: AbortSignal
}

/** Made only once, because making the bomb would block this process and distort the measurement. */
let bomb: ReturnType<typeof pngBomb> | undefined

/** Runs all floods concurrently against all hosts until the signal fires. */
export async function runFloods(
  fleet: Fleet,
  target: Tenant,
  answers: FloodAnswers,
  signal: AbortSignal,
): Promise<void> {
  const count = (kind: FloodKind, status: number) => {
    const byStatus = answers.get(kind) ?? new Map<number, number>()
    answers.set(kind, byStatus.set(status, (byStatus.get(status) ?? 0) + 1))
  }
  const flood: Flood = { fleet, target, count, signal }
  const hostilePath = `/${'eyJ-'.repeat(3900)}`
  bomb ??= pngBomb()
  const files = [
    [parsePhotoName(bombName), bomb],
    [parsePhotoName(scrapedName), await markedPhoto(target.name, 'scraped')],
  ] as const
  for (const [name, bytes] of files) {
    await target.store.upload('root', name, new Blob([bytes]).stream(), bytes.byteLength)
  }
  let turn = 0
  await Promise.all([
    ...times(4, () => repeat(flood, 'paths', 10, () => [target.name, hostilePath])),
    ...times(4, () => repeat(flood, 'hosts', 5, () => [`invented-${turn++}`, '/'])),
    ...times(6, () =>
      repeat(flood, 'scraping', 0, () => [target.name, `/api/images/${scrapedName}/thumbnail`]),
    ),
    ...times(1, () =>
      repeat(flood, 'bombs', 200, () => [
        target.name,
        `/api/images/${bombName}/thumbnail?size=${bombSizes[turn++ % bombSizes.length]}`,
      ]),
    ),
    ...times(slowClients, () => trickle(flood, 'bodies', slowBody(flood), 'x', 200)),
    ...times(slowClients, () => trickle(flood, 'headers', slowHeaders(target), 'x-a: b\r\n', 500)),
  ])
  for (const [name] of files) await target.store.delete('root', name)
}

/** Runs a client that sends its next request after each answer, to each host in turn. */
async function repeat(
  { fleet, count, signal }: Flood,
  kind: FloodKind,
  pauseMs: number,
  next: () => readonly [tenant: string, path: string],
): Promise<void> {
  const address = `198.51.100.${Object.keys(floodKinds).indexOf(kind) + 1}`
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': address }
  for (let turn = 0; !signal.aborted; turn++) {
    const [tenant, path] = next()
    const port = fleet.hosts[turn % fleet.hosts.length]?.port ?? 0
    const answer = await sendTo(port, `${tenant}.${baseDomain}`, path, { headers }).catch(() => null)
    count(kind, answer?.status ?? 0)
    // A host that is restarting refuses connections at once.
    await pauseQuietly(answer ? pauseMs : 100, signal)
  }
}

function slowBody({ fleet, target }: Flood): string {
  return [
    'PATCH /api/images/a.jpg HTTP/1.1',
    `host: ${target.name}.${baseDomain}`,
    'x-forwarded-proto: https',
    'sec-fetch-site: same-origin',
    'content-type: application/json',
    'content-length: 900000',
    `cookie: ${fleet.world.cookies.get(target.name) ?? ''}`,
    '',
    '{"caption":"',
  ].join('\r\n')
}

function slowHeaders(target: Tenant): string {
  return `GET / HTTP/1.1\r\nhost: ${target.name}.${baseDomain}\r\n`
}

/** Opens connections in sequence that never finish their request. */
async function trickle(
  { fleet, count, signal }: Flood,
  kind: FloodKind,
  beginning: string,
  piece: string,
  everyMs: number,
): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    const port = fleet.hosts[turn % fleet.hosts.length]?.port ?? 0
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.on('data', (text) => {
      received = (received + text.toString('latin1')).slice(0, 20)
    })
    socket.on('error', () => undefined)
    socket.write(beginning)
    while (!signal.aborted && !socket.destroyed && !socket.readableEnded) {
      await pauseQuietly(everyMs, signal)
      if (socket.writable) socket.write(piece)
    }
    const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(received) ?? []
    if (!signal.aborted) count(kind, Number(status ?? 0))
    socket.destroy()
  }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
