import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { publishPhoto } from '../../src/workflow/publish.ts'
import {
  type CountingPlatform,
  countingPlatform,
  loopbackPublisher,
  type PhotoFolder,
  photoFolder,
  toolsFor,
} from '../support/fixtures/publishing.ts'

const script = fileURLToPath(new URL('../support/fixtures/publish-process.ts', import.meta.url))
const elevenMinutes = 11 * 60_000

function start(folder: PhotoFolder, platform: CountingPlatform, variables: Record<string, string>) {
  const env = { ROOT: folder.root, PLATFORM_URL: platform.url, ...variables }
  return spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Publishes again as an admin would: later, and in another process. */
async function publishLater(folder: PhotoFolder, platform: CountingPlatform, force: boolean) {
  return publishPhoto(
    {
      ...toolsFor(folder.open(), [loopbackPublisher(platform.url)]),
      now: () => Date.now() + elevenMinutes,
    },
    { name: parsePhotoName('photo.jpg'), dryRun: false, force, requestId: 'later' },
    () => undefined,
  )
}

/** Expects the photo and the sidecar to exist, and each copy to be complete. */
async function expectWhole({ root }: PhotoFolder): Promise<void> {
  const places = [root, join(root, 'archive')]
  const photos = places.filter((place) => existsSync(join(place, 'photo.jpg')))
  expect(photos).not.toEqual([])
  for (const place of photos) expect(await readFile(join(place, 'photo.jpg'), 'utf8')).toBe('the photo')
  const sidecars = places.filter((place) => existsSync(join(place, 'photo.txt')))
  expect(sidecars).not.toEqual([])
  for (const place of sidecars) {
    expect(await readFile(join(place, 'photo.txt'), 'utf8')).toContain('# mine: stays')
  }
}

async function killedBefore(call: number): Promise<'killed' | 'ended'> {
  await using folder = await photoFolder()
  await using platform = await countingPlatform()
  const child = start(folder, platform, { STOP_AT: String(call) })
  const ended = once(child, 'exit')
  const said = await firstLine(child)
  const isStopped = said.startsWith('stopped before')
  child.kill('SIGKILL')
  await ended
  const sent = platform.posts.length
  expect([said, sent]).toEqual([said, sent > 1 ? 'at most 1' : sent])
  await expectWhole(folder)

  const careful = await publishLater(folder, platform, false)
  const outcome = careful.results.telegram
  // A photo that may have been sent waits for a person. A photo that was certainly not sent is sent now.
  if (sent === 1) expect(outcome?.skipped).toMatch(/^(unknown|duplicate)$/)
  else if (outcome?.skipped !== 'unknown')
    expect(outcome).toMatchObject({ success: true, postId: 'post-1', publishedAt: expect.anything() })
  expect(platform.posts.length).toBeLessThanOrEqual(1)

  const insisting = await publishLater(folder, platform, true)
  expect(insisting.results.telegram?.success).toBe(true)
  expect(insisting.archived).toBe(true)
  expect(platform.posts.length).toBeLessThanOrEqual(sent + 1)
  expect(existsSync(join(folder.root, 'photo.jpg'))).toBe(false)
  expect(existsSync(join(folder.root, 'photo.txt'))).toBe(false)
  await expectWhole(folder)
  return isStopped ? 'killed' : 'ended'
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new TypeError('The process has no output.')
  for await (const line of createInterface({ input: stdout })) return line
  return ''
}

describe('a process that publishes', () => {
  it('loses nothing and sends nothing twice silently when it is killed before any of its calls', async () => {
    const atOnce = 4
    let call = 1
    let killed = 0
    for (let isOver = false; !isOver; call += atOnce) {
      const ends = await Promise.all(Array.from({ length: atOnce }, (_, index) => killedBefore(call + index)))
      killed += ends.filter((end) => end === 'killed').length
      isOver = ends.includes('ended')
    }
    // Locate, digest, sidecar, ledger, claim, send, receipt, move: fewer calls would mean that the steps were not found.
    expect(killed).toBeGreaterThanOrEqual(10)
  }, 180_000)

  it('sends one post when 20 concurrent attempts of two processes share the ledger', async () => {
    await using folder = await photoFolder()
    await using platform = await countingPlatform()
    const children = [1, 2].map(() => start(folder, platform, { ATTEMPTS: '10' }))
    const outputs = await Promise.all(children.map(({ stdout }) => text(stdout)))
    const results = outputs.flatMap((output) => JSON.parse(output).results)
    expect(platform.posts).toEqual([{ caption: 'Typed by hand.', sha256: expect.any(String) }])
    const sent = results.filter(({ results: of }) => of?.telegram?.success && !of.telegram.skipped)
    expect([results.length, sent.length]).toEqual([20, 1])
    for (const { error } of results) expect(error ?? '').not.toMatch(/TypeError/)
    expect(await readFile(join(folder.root, 'archive/photo.jpg'), 'utf8')).toBe('the photo')
    expect(await readFile(join(folder.root, 'archive/photo.txt'), 'utf8')).toContain('Typed by hand.')
    expect(existsSync(join(folder.root, 'photo.jpg'))).toBe(false)
  }, 180_000)
})
