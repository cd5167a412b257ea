/** A server from bench/servers/ in a separate process, which prints its port when it listens. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface ServerProcess {
  child: ChildProcess
  port: number
}

/** Starts the server, with `flags` for Node. Its log goes to a sink, like the platform's log collector. */
export async function startServer(
  name: string,
  file: string,
  variables: Record<string, string>,
  flags: readonly string[] = [],
): Promise<ServerProcess> {
  const program = fileURLToPath(new URL(`./servers/${file}`, import.meta.url))
  const child = spawn(process.execPath, [...flags, program], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...variables },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())))
    child.once('exit', (code) => reject(new Error(`${name} exited with ${code} before listening`)))
  })
  return { child, port }
}
