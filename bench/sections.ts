/** Chooses the sections of a run from the arguments of `npm run bench`. */
import { parseArgs } from 'node:util'

/** Text of `npm run bench -- --help`, with the names of all sections. */
export function usageOf(names: readonly string[]): string {
  return [
    'npm run bench: runs for some minutes, prints the tables and writes docs/performance.md',
    'npm run bench -- --only NAME,...: prints only these sections and writes no file',
    '',
    `Sections: ${names.join(', ')}.`,
  ].join('\n')
}

/**
 * Returns the sections to run in their usual order, and whether they are all of them. Throws an `Error` with a message for the
 * person at the terminal for an unknown name or argument.
 */
export function chooseSections<N extends string>(
  names: readonly N[],
  args: readonly string[],
): { chosen: readonly N[]; isWhole: boolean } {
  const { only } = parseArgs({ args: [...args], options: { only: { type: 'string' } } }).values
  if (only === undefined) return { chosen: names, isWhole: true }
  const asked = only.split(',').map((name) => name.trim())
  const unknown = asked.filter((name) => !names.some((known) => known === name))
  if (unknown.length > 0) {
    throw new Error(`Unknown section: ${unknown.join(', ')}. Known sections: ${names.join(', ')}.`)
  }
  return { chosen: names.filter((name) => asked.includes(name)), isWhole: false }
}
