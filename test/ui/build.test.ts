/** What the build promises of its files. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { uiDirectory } from '../../scripts/build-ui.ts'
import { uiSizes } from '../../scripts/check-ui-size.ts'

describe('the built page', () => {
  it('is within its size limits', async () => {
    for (const { bytes, limit } of await uiSizes(uiDirectory)) expect(bytes).toBeLessThanOrEqual(limit)
  })

  it('holds nothing inline, and only fingerprinted files', async () => {
    const page = await readFile(join(uiDirectory, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|data:/)
    const references = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, reference]) => reference)
    // What differs from tenant to tenant cannot be built.
    const built = references.filter((path) => path !== '/appearance.css' && path !== '/manifest.webmanifest')
    expect(references.length - built.length).toBe(2)
    // Script, style and two icons, and what the script is split into.
    expect(built.length).toBeGreaterThanOrEqual(4)
    for (const reference of built) expect(reference).toMatch(/^\/assets\/[\w-]+-[\w-]{8}\.(js|css|svg|png)$/)
  })
})

describe('the size check', () => {
  it('adds up all files of a kind as they travel', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ui-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    await mkdir(join(directory, 'assets'))
    for (const [name, bytes] of [
      ['a.js', 50_000],
      ['b.js', 20_000],
      ['c.css', 3],
    ] as const) {
      await writeFile(join(directory, 'assets', name), '')
      await writeFile(join(directory, 'assets', `${name}.gz`), Buffer.alloc(bytes))
    }
    expect(await uiSizes(directory)).toEqual([
      { kind: 'js', bytes: 70_000, limit: 60_000 },
      { kind: 'css', bytes: 3, limit: 15_000 },
    ])
  })
})
