import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const project = fileURLToPath(new URL('../../', import.meta.url))
let consumer = ''

/** Unpacks the tarball like an installation, beside its declared dependencies. */
beforeAll(async () => {
  execFileSync('npm', ['run', '--silent', 'build:library'], { cwd: project })
  consumer = await mkdtemp(join(tmpdir(), 'publisher-consumer-'))
  await writeFile(join(consumer, 'package.json'), '{"type":"module"}')
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', consumer], {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const installed = join(consumer, 'node_modules', 'shibari-publisher')
  await mkdir(installed, { recursive: true })
  const tarball = /[\w.-]+\.tgz/.exec(packed)?.[0] ?? ''
  execFileSync('tar', ['xzf', join(consumer, tarball), '--strip-components=1', '-C', installed])
  for (const name of await readdir(join(project, 'node_modules'))) {
    if (!name.startsWith('.'))
      await symlink(join(project, 'node_modules', name), join(consumer, 'node_modules', name))
  }
}, 120_000)

afterAll(() => rm(consumer, { recursive: true, force: true }))

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: consumer, encoding: 'utf8' })
}

const strict = [
  '--ignoreConfig',
  '--noEmit',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2024',
  '--skipLibCheck',
]

/** Type-checks a file of the consumer against the packed types. */
function check(file: string, types: string): void {
  run('node_modules/typescript/bin/tsc', ...strict, '--types', types, file)
}

/** Writes the example of an entry's doc comment into a file of the consumer. */
async function example(entry: string): Promise<string> {
  const source = await readFile(join(project, 'src', `${entry}.ts`), 'utf8')
  const block = /^ \* ```ts\n((?: \*.*\n)*?) \* ```$/m.exec(source)?.[1] ?? ''
  const file = `example-${entry}.ts`
  await writeFile(join(consumer, file), block.replaceAll(/^ \* ?/gm, ''))
  return file
}

describe('the packed package', () => {
  it('answers a request with the handlers and a custom configuration source', async () => {
    await writeFile(
      join(consumer, 'consumer.mjs'),
      `import { clientOfPeer, createFileConfigSource, createHandler, createLogger, createServices, parseSettings } from 'shibari-publisher'
       import { createMemoryKeyValueStore } from 'shibari-publisher/providers/kv/memory'
       const settings = parseSettings({ CONFIG_FILE: 'x', WEB_SESSION_SECRET: 'x'.repeat(32), FORCE_HTTPS: 'false' })
       const config = { features: { auto_view_enabled: true }, storage: { provider: 'local', paths: { root: '/x' } } }
       const nothing = () => { throw new Error('not used') }
       const handler = createHandler(createServices({
         settings, now: Date.now, kv: createMemoryKeyValueStore(), digest: nothing, images: { reduce: nothing },
         assets: { index: nothing, get: nothing }, log: createLogger({ level: 'error', write: console.error }), storages: () => ({}), publishers: {}, model: null,
         source: createFileConfigSource({ baseDomain: settings.baseDomain, read: async () => JSON.stringify({ tenant: 'alice', config }) }),
       }))
       const response = await handler(new Request('http://alice.shibari.photo/api/config/features'), {
         host: 'alice.shibari.photo', client: () => clientOfPeer(() => null, '192.0.2.1'), waitUntil: () => undefined,
       })
       console.log(response.status, (await response.json()).auto_view_enabled)`,
    )
    expect(run(process.execPath, 'consumer.mjs')).toBe('200 true\n')
  })

  it('has types for every entry', async () => {
    await writeFile(
      join(consumer, 'consumer.ts'),
      `import { createHandler, type Handler, type Services } from 'shibari-publisher'
       import type { StorageContext, StorageFactories } from 'shibari-publisher'
       import type { PhotoStore, KeyValueStore } from 'shibari-publisher/ports'
       import type { LanguageModel, Mailer, ModelDriver, Publisher, PublisherDriver, StorageDriver } from 'shibari-publisher/ports'
       import { startNodeHost, type NodeHost } from 'shibari-publisher/node'
       import { createS3Store } from 'shibari-publisher/providers/storage/s3'
       export const make: (services: Services) => Handler = createHandler
       export const start = (): Promise<NodeHost> => startNodeHost({ variables: {} })
       export const s3 = (options: Parameters<typeof createS3Store>[0]): PhotoStore => createS3Store(options)
       export type Store = KeyValueStore
       export type Kept = [StorageContext, StorageFactories]
       export type Ports = [LanguageModel, Mailer, ModelDriver, Publisher, PublisherDriver, StorageDriver]`,
    )
    await writeFile(
      join(consumer, 'worker.ts'),
      `import worker, { type WorkerBindings } from 'shibari-publisher/worker'
       export default worker
       export type Bindings = WorkerBindings`,
    )
    check('consumer.ts', 'node')
    check('worker.ts', '@cloudflare/workers-types')
  })

  it.each([
    ['index', '200\n'],
    ['ports', 'true false\n'],
    ['node', '200\n'],
  ])('runs the example of the entry %s', async (entry, output) => {
    const file = await example(entry)
    check(file, 'node')
    expect(run(process.execPath, file)).toBe(output)
  })

  it('runs the example of docs/library.md', async () => {
    const page = await readFile(join(project, 'docs/library.md'), 'utf8')
    await writeFile(join(consumer, 'library.ts'), /^```ts\n(.*?)^```$/ms.exec(page)?.[1] ?? '')
    check('library.ts', 'node')
    expect(run(process.execPath, 'library.ts')).toBe('archive\n')
  })

  it('has types for the example of the entry worker', async () => {
    check(await example('worker'), '@cloudflare/workers-types')
  })

  it('serves through its Node host', async () => {
    await writeFile(
      join(consumer, 'config.json'),
      '{"tenant":"alice","config":{"storage":{"provider":"local","paths":{"root":"/x"}}}}',
    )
    await writeFile(
      join(consumer, 'host.mjs'),
      `import { startNodeHost } from 'shibari-publisher/node'
       const host = await startNodeHost({ write: () => undefined, variables: {
         PORT: '0', CONFIG_FILE: 'config.json', WEB_SESSION_SECRET: 'x'.repeat(32), ORCHESTRATOR_BASE_DOMAIN: 'localhost' } })
       const response = await fetch('http://127.0.0.1:' + host.port + '/health/ready')
       console.log(JSON.stringify(await response.json()))
       await host.close(0)`,
    )
    expect(run(process.execPath, 'host.mjs')).toBe('{"status":"ok","mode":"file"}\n')
  })
})
