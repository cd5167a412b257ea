/** A server below bench/servers/ in a process of its own; it prints its port when it listens. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface ServerProcess {
  child: ChildProcess
  port: number
}

/** Starts it; its log goes to a sink, as it would go to the platform's collector. */
export async function startServer(
  name: string,
  file: string,
  variables: Record<string, string>,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`./servers/${file}`, import.meta.url))], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...variables },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())))
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it listened`)))
  })
  return { child, port }
}
