/** Tests that docs/security.md names or quotes must exist. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { project } from '../../scripts/deployment.ts'

const text = await readFile(`${project}docs/security.md`, 'utf8')
const found = (cell: string, pattern: RegExp) => [...cell.matchAll(pattern)].map((match) => match[1] ?? '')

/** Cells of the column 'test', the last of its table. */
const cells = text
  .split('\n\n')
  .filter((block) => /^\|.*\| test \|\n/.test(block))
  .flatMap((table) => table.trim().split('\n').slice(2))
  .map((row) => row.split(' | ').at(-1) ?? '')

const pathsIn = (cell: string) => found(cell, /`([^`]+)`/g).filter((path) => !path.startsWith('npm run '))
const fileOf = (path: string) => `${project}test/${path}${path.endsWith('/') ? '' : '.test.ts'}`

async function sourceOf(path: string): Promise<string> {
  const file = fileOf(path)
  if (!file.endsWith('/')) return readFile(file, 'utf8')
  const names = await readdir(file, { recursive: true })
  const sources = names.filter((name) => name.endsWith('.ts')).map((name) => readFile(file + name, 'utf8'))
  return (await Promise.all(sources)).join('\n')
}

it('finds the tests that docs/security.md names', () => {
  expect(cells.length).toBeGreaterThan(60)
  expect(cells.filter((cell) => pathsIn(cell).length === 0)).toEqual([])
  expect(cells.flatMap(pathsIn).filter((path) => !existsSync(fileOf(path)))).toEqual([])
})

it('finds the titles that docs/security.md quotes in the tests beside them', async () => {
  const missing: string[] = []
  for (const cell of cells) {
    const titles = found(cell, /"([^"]+?)(?:\.{3})?"/g)
    if (titles.length === 0) continue
    const sources = await Promise.all(pathsIn(cell).map(sourceOf))
    missing.push(...titles.filter((title) => !sources.some((source) => source.includes(title))))
  }
  expect(missing).toEqual([])
})
