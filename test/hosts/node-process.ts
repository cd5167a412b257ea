/** The Node host in a process of its own, as `npm start` starts it: for what happens only there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { HostKind, RunningHost } from './hosts.ts'
import { sendTo } from './http.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))

/** Like the Node host; closing it sends SIGTERM and waits for the end. `extra`: variables beside the suite's own. */
export function nodeProcess(extra: Record<string, string>): HostKind {
  return {
    name: 'node',
    async start(variables): Promise<RunningHost> {
      const child = spawn(process.execPath, ['--import', './scripts/require-node.mjs', 'src/node.ts'], {
        cwd: project,
        env: { PATH: process.env.PATH, ...variables, ...extra, PORT: '0' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exited = once(child, 'exit')
      const lines: string[] = []
      const listening = Promise.withResolvers<number>()
      createInterface({ input: child.stdout })
        .on('line', (line) => {
          lines.push(line)
          const { msg, port }: { msg?: string; port?: number } = JSON.parse(line)
          if (msg === 'listening' && port !== undefined) listening.resolve(port)
        })
        .on('close', () => listening.reject(new Error('The host ended before it listened.')))
      const port = await listening.promise
      return {
        port,
        lines,
        request: (name, path, options) => sendTo(port, name, path, options),
        async close() {
          child.kill('SIGTERM')
          await exited
        },
      }
    },
  }
}
