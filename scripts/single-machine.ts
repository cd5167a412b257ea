/**
 * `npm run serve:all`: runs the control plane on SQLite and the fleet on this machine, from one file of variables. Makes the file at the
 * first start.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs, parseEnv } from 'node:util'
import { endWithHelp } from '../src/node/usage.ts'
import { type MachineOptions, writeMachineFile } from './single-machine/env-file.ts'
import { type Part, startParts } from './single-machine/parts.ts'
import { fleetVariables, orchestratorVariables } from './single-machine/variables.ts'

const usage = `npm run serve:all -- [--env single-machine.env] [--domain DOMAIN --operator EMAIL]
    --env FILE        variables of both programs; made at the first start, with fresh secrets
    --domain DOMAIN   parent domain of the galleries, for the first start
    --operator EMAIL  who may open the console, for the first start`

async function main(): Promise<void> {
  endWithHelp(usage)
  const { env: path, ...options } = readArguments()
  if (await writeMachineFile(path, options)) say(`Wrote ${path} with fresh secrets. Keep a copy elsewhere.`)
  const variables = parseEnv(await readFile(path, 'utf8'))
  const parts = await startParts(partsOf(variables), say)
  say('Control plane and fleet are running. SIGTERM or Ctrl-C stops both.')
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void parts.stop())
  process.exitCode = await parts.ended
}

function readArguments(): MachineOptions & { env: string } {
  const { values } = parseArgs({
    options: {
      env: { type: 'string', default: 'single-machine.env' },
      domain: { type: 'string' },
      operator: { type: 'string' },
    },
  })
  return values
}

/** Returns the programs in the order of their start. */
function partsOf(variables: NodeJS.Dict<string>): Part[] {
  const [orchestrator, fleet] = [orchestratorVariables(variables), fleetVariables(variables)]
  return [
    {
      name: 'control plane',
      args: ['--max-semi-space-size=4', 'orchestrator/main.ts'],
      variables: orchestrator,
      health: `http://127.0.0.1:${orchestrator.ORCHESTRATOR_PORT}/health`,
    },
    {
      name: 'fleet',
      args: ['src/node.ts'],
      variables: fleet,
      health: `http://127.0.0.1:${fleet.PORT}/health/live`,
    },
  ]
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
