/** Commands and variables of the orchestrator, and the tables of docs/orchestrator.md that list them. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { runProgram } from '../../orchestrator/commands/program.ts'
import { project } from '../../scripts/deployment.ts'
import { orchestratorVariables } from '../support/fixtures/orchestrator-variables.ts'

const text = await readFile(`${project}docs/orchestrator.md`, 'utf8')

/** Returns the first cells of the tables below a heading of the second level. */
function firstCells(heading: string): string {
  const [, section = ''] = text.split(`\n## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell).join('\n')
}

async function helpOf(path: readonly string[]): Promise<string> {
  const printed: string[] = []
  const context = { variables: {}, print: (line: string) => printed.push(line), say: () => {} }
  expect(await runProgram([...path, '--help'], context)).toBe(0)
  return printed.join('\n')
}

/** Returns the names of all commands without further commands, such as `token create`. */
async function commandsBelow(path: readonly string[]): Promise<string[]> {
  const [, section = ''] = (await helpOf(path)).split('\nCommands:\n')
  const [list = ''] = section.split('\n\n')
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name)
  const below = names.filter((name) => name !== 'help').map((name) => commandsBelow([...path, name]))
  return below.length === 0 ? [path.join(' ')] : (await Promise.all(below)).flat()
}

it('lists exactly the commands of the orchestrator', async () => {
  const named = [...firstCells('Commands').matchAll(/`([a-z][a-z-]*(?: [a-z][a-z-]*)*)/g)].map(
    ([, name = '']) => name,
  )
  const commands = await commandsBelow([])
  expect(commands).toContain('token create')
  expect([...new Set(named)].toSorted()).toEqual(commands.toSorted())
})

it('lists every variable of the orchestrator', async () => {
  const variables = await orchestratorVariables()
  const [, section = ''] = text.split('\n## Environment\n')
  expect(variables).toContain('ORCHESTRATOR_KEYS')
  expect(variables.filter((name) => !section.includes(`\`${name}`))).toEqual([])
})
