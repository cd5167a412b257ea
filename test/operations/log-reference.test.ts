import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const project = fileURLToPath(new URL('../../', import.meta.url))

interface LogCall {
  file: string
  level: string
  /** `undefined` if the message is not a string literal, so that operators could not look it up. */
  msg: string | undefined
}

/** Finds all calls of a logger, which this program always calls `log`. */
async function logCalls(): Promise<LogCall[]> {
  const names = await readdir(join(project, 'src'), { recursive: true })
  const files = names.filter((name) => name.endsWith('.ts') && !name.startsWith('ui/'))
  const calls = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(project, 'src', file), 'utf8')
      return [...text.matchAll(/\blog\s*\.\s*(debug|info|warn|error)\(\s*(?:'([^']*)')?/g)].flatMap(
        ([, level = '', msg]) =>
          file === faultsFile
            ? faultKinds(text).map((kind) => ({ file, level, msg: kind }))
            : [{ file, level, msg }],
      )
    }),
  )
  return calls.flat()
}

const faultsFile = join('node', 'faults.ts')

/** Returns the messages of src/node/faults.ts, which a union type lists. */
function faultKinds(text: string): string[] {
  const [, kinds = ''] = /export type FaultKind =((?:\s*\| '[^']*')+)/.exec(text) ?? []
  return [...kinds.matchAll(/'([^']*)'/g)].map(([, kind = '']) => kind)
}

async function documented(): Promise<string[]> {
  const document = await readFile(join(project, 'docs/operations/monitoring.md'), 'utf8')
  const [, reference = ''] = document.split('## Log reference')
  return [...reference.matchAll(/^\| `([^`]+)` \| (debug|info|warn|error) \|/gm)].map(
    ([, msg, level]) => `${level} ${msg}`,
  )
}

describe('the log reference', () => {
  it('finds every message as a string literal in the code', async () => {
    const calls = await logCalls()
    expect(calls.length).toBeGreaterThan(20)
    expect(calls.filter(({ msg }) => msg === undefined)).toEqual([])
  })

  it('lists exactly the messages that the code logs, with their levels', async () => {
    const written = new Set((await logCalls()).map(({ level, msg }) => `${level} ${msg}`))
    expect((await documented()).toSorted()).toEqual([...written].toSorted())
  })
})
