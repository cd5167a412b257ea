/**
 * `npm run prove:moto`: publishes from two processes against moto, an S3 server that honours conditions
 * non-atomically. Not part of the test suite, because it needs Python. Runs `pip install 'moto[server]'` in a
 * new environment unless `MOTO_SERVER` names the program.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Secret } from '../src/base/secret.ts'
import { pause } from '../src/base/time.ts'
import { endWithHelp } from '../src/node/usage.ts'
import { parsePhotoName } from '../src/ports/photo.ts'
import { createS3Store } from '../src/providers/storage/s3.ts'
import { countingPlatform } from '../test/support/fixtures/publishing.ts'

const script = fileURLToPath(new URL('../test/support/fixtures/publish-process.ts', import.meta.url))
const rounds = Number(process.env.ROUNDS ?? 10)
const names = Array.from({ length: 6 }, (_, index) => `photo-${index}.jpg`)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/** Returns the path of `moto_server`, and installs it unless `MOTO_SERVER` is set. */
function installed(directory: string): string {
  if (process.env.MOTO_SERVER) return process.env.MOTO_SERVER
  execFileSync('python3', ['-m', 'venv', directory])
  execFileSync(join(directory, 'bin/pip'), ['install', '--quiet', 'moto[server]'], { stdio: 'inherit' })
  return join(directory, 'bin/moto_server')
}

async function startMoto(program: string): Promise<{ endpoint: string; child: ChildProcess }> {
  const port = await freePort()
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  const endpoint = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(`${endpoint}/photos`, { method: 'PUT' }).catch(() => undefined)
    if (answer?.ok) return { endpoint, child }
    await pause(100)
  }
  throw new Error('moto did not start within 30 s.')
}

/** Opens the store of a root, as a separate process would. */
function open(endpoint: string, root: string) {
  const credentials = {
    access_key_id: new Secret('access-key'),
    secret_access_key: new Secret('secret-key'),
    endpoint_url: endpoint,
    bucket: 'photos',
    region: 'us-east-1',
  }
  return createS3Store({
    provider: 's3',
    paths: { root, archive: `${root}/archive`, keep: `${root}/keep`, remove: `${root}/reject` },
    credentials: { get: async () => credentials, reject: () => undefined },
    allowPrivateEndpoints: true,
  })
}

async function publishOnce(endpoint: string, root: string) {
  const store = open(endpoint, root)
  for (const name of names) {
    const bytes = new TextEncoder().encode(`${root} ${name}`)
    await store.upload('root', parsePhotoName(name), new Blob([bytes]).stream(), bytes.length)
  }
  const platform = await countingPlatform()
  try {
    const outcomes = await publishTwice({ ROOT: root, S3_ENDPOINT: endpoint, PLATFORM_URL: platform.url })
    const posts = Object.groupBy(platform.posts, ({ sha256 }) => sha256)
    return {
      posts: platform.posts.length,
      twice: Object.values(posts).filter((same) => (same?.length ?? 0) > 1).length,
      refused: outcomes.filter(({ code }) => code === 'storage_not_atomic').length,
    }
  } finally {
    await platform[Symbol.asyncDispose]()
  }
}

/** Publishes all photos from two concurrent processes. Returns the outcomes of both. */
async function publishTwice(variables: Record<string, string>): Promise<{ code?: string }[]> {
  const env = { ...variables, PHOTOS: names.join(','), ATTEMPTS: '3' }
  const children = [1, 2].map(() =>
    spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  const outputs = await Promise.all(children.map(({ stdout }) => text(stdout)))
  return outputs.flatMap((output) => JSON.parse(output).results)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

endWithHelp(
  'npm run prove:moto: publishes from two processes against moto (Python); ROUNDS and MOTO_SERVER are variables',
)
const directory = await mkdtemp(join(tmpdir(), 'publisher-moto-'))
const { endpoint, child } = await startMoto(installed(directory))
let isTwice = false
try {
  for (let round = 1; round <= rounds; round++) {
    const { posts, twice, refused } = await publishOnce(endpoint, `round-${round}`)
    isTwice ||= twice > 0
    say(
      `round ${round}: ${posts} posts of ${names.length} photos, ${twice} twice, ${refused} attempts refused`,
    )
  }
} finally {
  child.kill()
  await rm(directory, { recursive: true, force: true })
}
say(isTwice ? 'FAILED: a photo was published twice.' : 'No photo was published twice.')
process.exitCode = isTwice ? 1 : 0
