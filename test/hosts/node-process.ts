/** The Node host as a dyno runs it: a process of its own that gets signals. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { HostKind } from './hosts.ts'
import { sendTo } from './http.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))

export interface NodeProcessKind extends HostKind {
  /** The process that was started last. */
  process(): ChildProcess
}

/**
 * Hosts of this kind are what the Procfile starts. `extra`: variables beside the suite's own. `ending`: how they are closed; SIGTERM
 * lets them finish.
 */
export function nodeProcess(
  extra: Record<string, string> = {},
  ending: NodeJS.Signals = 'SIGKILL',
): NodeProcessKind {
  let child: ChildProcess | undefined
  const current = () => {
    if (!child) throw new TypeError('Nothing has been started.')
    return child
  }
  return {
    name: 'node',
    process: current,
    async start(variables) {
      const started = spawn(process.execPath, ['src/node.ts'], {
        cwd: project,
        env: { PATH: process.env.PATH, ...variables, ...extra, PORT: '0' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      child = started
      const kill = () => void started.kill('SIGKILL')
      process.once('exit', kill)
      const lines: string[] = []
      const listening = Promise.withResolvers<number>()
      createInterface({ input: started.stdout }).on('line', (line) => {
        lines.push(line)
        const port = /"msg":"listening","port":(\d+)/.exec(line)?.[1]
        if (port !== undefined) listening.resolve(Number(port))
      })
      started.once('exit', () => listening.reject(new Error(`The host has ended:\n${lines.join('\n')}`)))
      const port = await listening.promise
      return {
        port,
        lines,
        request: (host, path, options) => sendTo(port, host, path, options),
        async close() {
          process.off('exit', kill)
          if (started.exitCode !== null || started.signalCode !== null) return
          // The process may be gone before its last lines have been read; this comes after both.
          const ended = once(started, 'close')
          started.kill(ending)
          await ended
        },
      }
    },
  }
}
