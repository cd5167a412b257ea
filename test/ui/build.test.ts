/** Files of the built web app. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { uiDirectory } from '../../scripts/build-ui.ts'
import { uiSizes } from '../../scripts/check-ui-size.ts'
import { openChromium } from '../../scripts/chromium.ts'
import { visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

describe('the built page', () => {
  it('stays within its size limits', async () => {
    for (const { bytes, limit } of await uiSizes(uiDirectory)) expect(bytes).toBeLessThanOrEqual(limit)
  })

  it('contains nothing inline and links only fingerprinted files', async () => {
    const page = await readFile(join(uiDirectory, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|data:/)
    const references = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, reference]) => reference)
    // Files that differ from tenant to tenant cannot be built.
    const built = references.filter((path) => path !== '/appearance.css' && path !== '/manifest.webmanifest')
    expect(references.length - built.length).toBe(2)
    // Script, style sheet, two icons, and the chunks of the script.
    expect(built.length).toBeGreaterThanOrEqual(4)
    for (const reference of built) expect(reference).toMatch(/^\/assets\/[\w-]+-[\w-]{8}\.(js|css|svg|png)$/)
  })

  it('sends only the linked style sheet with the first view of a visitor', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await page.getByRole('button', { name: 'All photos' }).waitFor()
    const sheets = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((path) => path.startsWith('/assets/') && path.endsWith('.css')),
    )
    const html = await readFile(join(uiDirectory, 'index.html'), 'utf8')
    expect(sheets).toEqual([...html.matchAll(/href="(\/assets\/[^"]+\.css)"/g)].map(([, path]) => path))
    expect(sheets).toHaveLength(1)
  })
})

describe('the texts of the built page', () => {
  it.each([
    ['en-GB', 'en', 'All photos'],
    ['de-AT', 'de', 'Alle Fotos'],
    ['fr', 'en', 'All photos'],
  ])('loads the texts for %s as a single file, in parallel with the app', async (locale, language, label) => {
    const { page } = await visiting(browser, { locale })
    await page.goto('/')
    await page.getByRole('button', { name: label }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language)
    const scripts: string[] = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => /assets\/(\w+)-[\w-]{8}\.js$/.exec(name)?.[1] ?? '')
        .filter((name) => name !== ''),
    )
    expect(scripts.filter((name) => name.length === 2)).toEqual([language])
    // The page itself preloads the app, so the app does not wait for the texts.
    const html = await readFile(join(uiDirectory, 'index.html'), 'utf8')
    expect(html).toMatch(/<link rel="modulepreload" [^>]*\/assets\/app-/)
  })
})

describe('the size check', () => {
  it('adds up the compressed sizes of each kind of file, with the largest language only', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ui-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    await mkdir(join(directory, 'assets'))
    for (const [name, bytes] of [
      ['start-12345678.js', 10_000],
      ['grid-12345678.js', 20_000],
      ['darkroom-12345678.js', 30_000],
      ['en-12345678.js', 4000],
      ['de-1_3-5678.js', 5000],
      ['start-12345678.css', 3],
      ['settings-12345678.js', 7000],
      ['settings-en-12345678.js', 2000],
      ['settings-de-12345678.js', 1000],
      ['settings-12345678.css', 3000],
    ] as const) {
      await writeFile(join(directory, 'assets', name), '')
      await writeFile(join(directory, 'assets', `${name}.gz`), Buffer.alloc(bytes))
    }
    await writeFile(join(directory, 'index.html'), '<script src="/assets/start-12345678.js"></script>')
    expect(await uiSizes(directory)).toEqual([
      { kind: 'js', bytes: 65_000, limit: 66_100 },
      { kind: 'css', bytes: 3, limit: 15_000 },
      { kind: 'visitor', bytes: 35_000, limit: 40_000 },
      { kind: 'first view', bytes: 15_000, limit: 32_000 },
      { kind: 'settings', bytes: 12_000, limit: 31_000 },
    ])
  })
})
