/**
 * Build step that compiles the program ahead, for src/node/compile-cache.ts. Uses the Node that will run the program, which is the first on
 * the PATH outside of node_modules. Before it, npm puts the Node of the development dependencies.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { linkFor } from '../src/node/compile-cache.ts'
import { endWithHelp } from '../src/node/usage.ts'
import { project } from './deployment.ts'

/** User `node` of the container image, who cannot add links later. */
const containerUser = 1000

const directory = join(project, 'dist/compile-cache')

/** Modules that the program loads: at the start, and later on demand. */
const modules = [
  'src/node.ts',
  'src/node/main.ts',
  'src/node/tracing-sdk.ts',
  'src/node/process-metrics.ts',
  'src/node/public-agent.ts',
  'src/providers/images/sharp.ts',
  'src/providers/kv/redis.ts',
  'src/providers/mail/nodemailer.ts',
  'src/providers/ai/openai.ts',
  'orchestrator/commands/program.ts',
  'orchestrator/commands/serve-files.ts',
  'orchestrator/database/postgres.ts',
  'orchestrator/database/sqlite.ts',
]

function nodeOfProgram(): string {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
  const found = folders
    .map((folder) => join(folder, 'node'))
    .find((file) => existsSync(file) && isCurrent(file))
  return found ?? process.execPath
}

/** Checks if this Node can run the program. */
function isCurrent(file: string): boolean {
  const version = execFileSync(file, ['--version'], { encoding: 'utf8' })
  return Number.parseInt(version.slice(1), 10) >= 24
}

/** Compiles the program for this Node. */
export function buildCompileCache(node: string): void {
  rmSync(directory, { recursive: true, force: true })
  const load = modules.map((name) => `await import('./${name}')`).join('\n')
  execFileSync(node, ['--input-type=module', '--eval', load], {
    cwd: project,
    env: { ...process.env, NODE_COMPILE_CACHE: directory, NODE_COMPILE_CACHE_PORTABLE: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const names = existsSync(directory) ? readdirSync(directory) : []
  for (const name of names) linkFor(containerUser, directory, name, names)
}

if (import.meta.main) {
  endWithHelp('npm run build:cache: compiles the program ahead, so that it starts faster')
  buildCompileCache(nodeOfProgram())
}
