/** Check of the orchestrator in the slug: migration, import, one answer, and the end by SIGTERM, on SQLite in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { clean, run, say } from './run.ts'

const program = 'orchestrator/main.ts'
const example = ['orchestrator/example/tenants.yaml', 'orchestrator/example/secrets.yaml']
const token = 'proof-service-token'
const path = '/v1/runtime/by-host?host=alice.shibari.photo'

/** Runs the commands of a release and of the web process of the orchestrator's own app. Throws at the first wrong result. */
export async function checkOrchestrator(slug: string, dataDirectory: string): Promise<void> {
  const env = {
    PATH: clean.PATH,
    NODE_ENV: 'production',
    ORCHESTRATOR_DATA_DIR: dataDirectory,
    ORCHESTRATOR_KEYS: `proof:${randomBytes(32).toString('base64url')}`,
    ORCHESTRATOR_SERVICE_TOKEN: token,
    ORCHESTRATOR_PORT: '0',
  }
  for (const args of [['migrate'], ['import-yaml', ...example]]) {
    await run('node', [program, ...args], { cwd: slug, env })
    say(`node ${program} ${args[0]}: exit 0`)
  }
  const child = spawn('node', [program], { cwd: slug, env, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    const url = await addressOf(child)
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
    if (answer.status !== 200) throw new Error(`The orchestrator answered ${answer.status} to ${path}`)
    say(`node ${program}: GET ${path} 200`)
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const [code] = await exit
    if (code !== 0) throw new Error(`After SIGTERM the orchestrator exited with ${code}.`)
  } finally {
    child.kill('SIGKILL')
  }
}

/** Waits until the process listens. Rejects with its messages if it exits first. */
function addressOf({ stderr }: ChildProcess & { stderr: NodeJS.ReadableStream }): Promise<string> {
  const said: string[] = []
  const lines = createInterface({ input: stderr })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line)
      const url = /listens on (http:\S+)/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
    lines.on('close', () => reject(new Error(`The orchestrator ended: ${said.join('\n')}`)))
  })
}
