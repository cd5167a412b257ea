import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { uiDirectory } from '../../../scripts/build-ui.ts'
import type { Assets } from '../../../src/ports/assets.ts'
import { createLocalAssets } from '../../../src/providers/assets/local-assets.ts'
import { describeAssets, request } from '../../support/contracts/assets.ts'

describeAssets('local assets', () => createLocalAssets({ directory: uiDirectory }))

describe('the compression of local assets', () => {
  let assets: Assets
  let plain: Buffer
  beforeAll(async () => {
    assets = await createLocalAssets({ directory: uiDirectory })
    plain = Buffer.from(await (await assets.index(request())).arrayBuffer())
  })

  it.each([
    ['', null],
    ['identity', null],
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip;q=1.0, br;q=0.1', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.0, gzip;q=0', null],
    ['GZIP', 'gzip'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['*;q=0', null],
    ['zstd', null],
    [';;,=,q=', null],
  ])('follows "Accept-Encoding: %s"', async (accepted, expected) => {
    const response = await assets.index(request({ 'accept-encoding': accepted }))
    expect(response.headers.get('content-encoding')).toBe(expected)
    expect(response.headers.get('vary')).toBe('Accept-Encoding')
    const body = Buffer.from(await response.arrayBuffer())
    expect(response.headers.get('content-length')).toBe(String(body.byteLength))
    const decoded =
      expected === 'br' ? brotliDecompressSync(body) : expected === 'gzip' ? gunzipSync(body) : body
    expect(decoded.equals(plain)).toBe(true)
  })

  it('uses a different entity tag per coding, so that caches do not mix up the files', async () => {
    const etags = await Promise.all(
      ['br', 'gzip', 'identity'].map(async (coding) => {
        const { headers } = await assets.index(request({ 'accept-encoding': coding }))
        return headers.get('etag')
      }),
    )
    expect(new Set(etags).size).toBe(3)
    const answer = await assets.index(request({ 'accept-encoding': 'gzip', 'if-none-match': etags[0] ?? '' }))
    expect(answer.status).toBe(200)
  })

  it.each([
    ['a list with the tag', (etag: string) => `"x", ${etag}, "y"`],
    ['the weak form of the tag', (etag: string) => `W/${etag}`],
    ['`*`', () => '*'],
  ])('answers 304 to %s in If-None-Match', async (_, header) => {
    const etag = (await assets.index(request())).headers.get('etag') ?? ''
    expect((await assets.index(request({ 'if-none-match': header(etag) }))).status).toBe(304)
  })
})

describe('local assets at the start', () => {
  it('tells what to do when the web app is not built', async () => {
    const directory = join(tmpdir(), 'there-is-nothing-here')
    await expect(createLocalAssets({ directory })).rejects.toThrow(
      `The web app is not built: ${directory} cannot be read. Run \`npm run build\`.`,
    )
  })

  it('refuses a file of unknown type, instead of guessing the type for visitors', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ui-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    await mkdir(join(directory, 'assets'))
    await writeFile(join(directory, 'index.html'), '<!doctype html>')
    await writeFile(join(directory, 'assets/odd.thing'), '?')
    await expect(createLocalAssets({ directory })).rejects.toThrow('assets/odd.thing')
  })

  it('serves uncompressed files from a build without compressed files', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ui-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    await mkdir(join(directory, 'assets'))
    await writeFile(join(directory, 'index.html'), '<!doctype html>')
    const assets = await createLocalAssets({ directory })
    const response = await assets.index(request({ 'accept-encoding': 'br' }))
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(await response.text()).toBe('<!doctype html>')
  })
})
