/** `rotate-keys` and `keys list`. */
import type { Command } from 'commander'
import { keyUse } from '../secrets/key-use.ts'
import { renewDataKeys } from '../secrets/renewal.ts'
import { rewrapDataKeys } from '../secrets/rotation.ts'
import { type CommandContext, operator, printJson, UsageError, withStore } from './context.ts'

interface RotateOptions {
  data?: boolean
  /** ISO 8601. */
  madeBefore?: string
}

/** Adds the commands. `fail` makes the program exit with 1. */
export function addKeys(program: Command, context: CommandContext, fail: () => void): void {
  program
    .command('rotate-keys')
    .description('wraps all data keys with the current key-encryption key, while processes serve')
    .option('--data', 'also make new data keys and encrypt all values again')
    .option('--made-before <time>', 'with --data: skip newer data keys, to continue; ISO 8601; default: now')
    .action(async (options: RotateOptions) => {
      if (!(await rotateKeysCommand(context, options))) fail()
    })
  program
    .command('keys')
    .description('shows the key-encryption keys')
    .command('list')
    .description('counts the data keys of each key; exits with 1 if a used key is not configured')
    .action(async () => {
      if (!(await listKeysCommand(context))) fail()
    })
}

/** Rotates and prints the counts. Returns false if a data key or value does not open. */
async function rotateKeysCommand(
  context: CommandContext,
  { data = false, madeBefore }: RotateOptions,
): Promise<boolean> {
  const cutoff = timeOf(madeBefore)
  const actor = operator(context)
  const report = await withStore(context, async ({ database, envelope: { keys } }) => {
    if (data) context.say(`If this stops half-way, continue with: rotate-keys --data --made-before ${cutoff}`)
    const renewal = data && (await renewDataKeys({ database, keys, actor, madeBefore: cutoff }))
    const rewrapping = await rewrapDataKeys(database, keys, actor)
    const { used: kids } = await keyUse(database, keys)
    return { ...rewrapping, ...renewal, kids }
  })
  printJson(context, report)
  return report.left === 0 && !report.unopened
}

async function listKeysCommand(context: CommandContext): Promise<boolean> {
  const use = await withStore(context, ({ database, envelope }) => keyUse(database, envelope.keys))
  printJson(context, use)
  return use.missing.length === 0
}

function timeOf(text: string | undefined): string {
  const time = text === undefined ? new Date() : new Date(text)
  if (Number.isNaN(time.getTime())) throw new UsageError('--made-before must be a time in ISO 8601.')
  return time.toISOString()
}
