/** A real `redis-server` on loopback that keeps nothing, for tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Secret } from '../../src/secret.ts'

export interface RedisServer extends AsyncDisposable {
  url: string
  /** Ends it without a word to anybody. */
  kill(): Promise<void>
  /** Starts it anew, empty, at the same address. */
  restart(): Promise<void>
  /** It goes on listening and answers nothing. */
  hang(): void
  goOn(): void
}

const password = 'canary-redis-password'
const startMs = 20_000

/** Starts one; `await using` ends it. Throws where it is not installed. */
export async function startRedisServer(
  given: readonly string[] | ((port: number) => readonly string[]) = [],
): Promise<RedisServer> {
  const port = await freePort()
  const options = typeof given === 'function' ? given(port) : given
  let child = await launch(port, options)

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    kill,
    async restart() {
      await kill()
      child = await launch(port, options)
    },
    hang: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  }
}

export const secretUrl = ({ url }: RedisServer) => new Secret(url)

async function launch(port: number, options: readonly string[]): Promise<ChildProcess> {
  const child = spawn(
    'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
      ...options,
    ],
    { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  process.once('exit', () => child.kill('SIGKILL'))
  const ready = new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Ready to accept connections')) resolve()
    })
    child.once('error', (error) =>
      reject(new Error('These tests need redis-server: apt-get install redis-server', { cause: error })),
    )
    child.once('exit', () => reject(new Error(`redis-server did not start:\n${said}`)))
    setTimeout(() => reject(new Error(`redis-server did not start in time:\n${said}`)), startMs).unref()
  })
  await ready
  return child
}

/** Above the ports that systems give to whoever asks for any: while the server is killed, nobody else may get its own. */
const portRange = { first: 61_000, last: 65_535 }

async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(portRange.first, portRange.last + 1)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}
