/** Shares of the processor's time in a warm request of a cached tenant, from a CPU profile of the server process. */
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from './server-process.ts'
import { type Table, thousands } from './table.ts'
import { loadFeatures, publisherEnvironment } from './throughput.ts'

const seconds = 6

/** Parts that take all samples below their functions, such as the write of the log. */
const wholeParts: readonly (readonly [part: string, url: RegExp])[] = [['log line', /node\/line-writer/]]

/** Native functions that call the system, by their names. */
const socketCalls = /^(writev|write\w*String|writeBuffer|readStart|shutdown)$/

/** Parts of a request. A sample belongs to the part of its innermost function that a rule knows. */
const parts: readonly (readonly [part: string, url: RegExp, functionName?: RegExp])[] = [
  ['log line', /runtime\/telemetry\/log/],
  ['request id', /internal\/crypto\/random|handlers\/exchange\.ts/],
  ['tenant of the host', /contract\/host\.ts|runtime\/tenancy\/|lru-cache/],
  ['guards, routes and HTTPS', /\/src\/handlers\/(?!app\.ts)|\/src\/runtime\/(limits|sign-in)\//],
  ['handler of the process', /\/src\/handlers\/app\.ts|\/src\/runtime\//],
  ['listener', /\/src\/node/],
  ['Hono: routing, context', /node_modules\/hono\//],
  ['Hono: adapter to Node, Response', /@hono\/node-server|internal\/deps\/undici/],
  ['Node: headers of the response', /node:_http_outgoing/, /header|^writeHead|^_storeHeader/i],
  ['Node: headers of the response', /node:_http_server/, /^writeHead/],
  ['Node: parsing the request', /node:_http_(common|incoming)/],
  ['Node: parsing the request', /node:_http_server/, /^parserOnIncoming|^parserOnHeaders/],
  ['Node: sockets and streams', /node:(net|stream|internal\/(streams|stream_base))|node:_http/],
  ['Node: timers, promises, event loop', /node:/],
]

interface ProfileNode {
  id: number
  callFrame: { functionName: string; url: string }
  children?: number[]
}

interface Profile {
  nodes: ProfileNode[]
  samples: number[]
  timeDeltas: number[]
}

/** Measures one server process under load, with Node's sampling profiler. */
export async function measureRouterProfile(): Promise<Table> {
  const directory = await mkdtemp(join(tmpdir(), 'publisher-profile-'))
  try {
    const server = await startServer('publisher', 'publisher.ts', await publisherEnvironment(), [
      '--cpu-prof',
      `--cpu-prof-dir=${directory}`,
    ])
    const { requests } = await loadFeatures(server.port, seconds)
    const ended = once(server.child, 'exit')
    server.child.kill()
    await ended
    const [file = ''] = await readdir(directory)
    // The cast is sound: Node's own profiler wrote the file.
    const profile = JSON.parse(await readFile(join(directory, file), 'utf8')) as Profile
    return toTable(microsecondsPerPart(profile), requests.total)
  } finally {
    await rm(directory, { recursive: true })
  }
}

function toTable(parts: ReadonlyMap<string, number>, requests: number): Table {
  const sum = [...parts.values()].reduce((total, part) => total + part, 0)
  const sorted = [...parts].toSorted(([, one], [, other]) => other - one)
  return {
    title: 'Where the time of a warm request goes',
    columns: ['part', 'share', 'µs per request'],
    rows: sorted.map(([part, taken]) => [
      part,
      `${((taken / sum) * 100).toFixed(1)} %`,
      (taken / requests).toFixed(2),
    ]),
    note: `A CPU profile of ${thousands(requests)} requests as above, by the innermost function that belongs to a part. The start of the process is part of the profile, idle time is not. Profiling itself takes time, so only the shares count.`,
  }
}

/** Sums the samples of each part, without idle time. */
function microsecondsPerPart({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const parents = new Map<number, ProfileNode>()
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node)
  const partOf = new Map<number, string>()
  for (const node of nodes) partOf.set(node.id, partOfNode(node, parents))
  const sums = new Map<string, number>()
  for (const [index, sample] of samples.entries()) {
    const part = partOf.get(sample) ?? 'other'
    if (part !== 'idle') sums.set(part, (sums.get(part) ?? 0) + (timeDeltas[index] ?? 0))
  }
  return sums
}

function partOfNode(leaf: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): string {
  if (leaf.callFrame.functionName === '(idle)') return 'idle'
  if (leaf.callFrame.functionName === '(garbage collector)') return 'garbage collection'
  if (leaf.callFrame.functionName === '(program)') return 'native code outside of functions'
  const path = pathOf(leaf, parents)
  const whole = wholeParts.find(([, ofUrl]) => path.some(({ callFrame }) => ofUrl.test(callFrame.url)))
  if (whole) return whole[0]
  if (socketCalls.test(leaf.callFrame.functionName)) return 'system calls of sockets'
  for (const node of path) {
    const { url, functionName } = node.callFrame
    const rule = parts.find(([, ofUrl, ofName]) => ofUrl.test(url) && (ofName?.test(functionName) ?? true))
    if (rule) return rule[0]
  }
  return 'other'
}

/** Returns the node and its callers, innermost first. */
function pathOf(leaf: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): ProfileNode[] {
  const path = [leaf]
  for (let node = parents.get(leaf.id); node; node = parents.get(node.id)) path.push(node)
  return path
}
