/** Publishing from a Google Drive by claims of the control plane: a failure at any call never leads to a second post. */
import { describe, expect, it } from 'vitest'
import { onNthCall } from '../../../../dev/emulators/gdrive/faults.ts'
import { parsePhotoName } from '../../../../src/ports/photo.ts'
import type { ChannelPublisher } from '../../../../src/ports/publisher.ts'
import { withClaimedRecords } from '../../../../src/workflow/ledger/claimed-records.ts'
import { publishPhoto } from '../../../../src/workflow/publish.ts'
import { type ClaimsService, startClaims } from '../../../support/fixtures/claims.ts'
import { openDrive, quickRetry } from '../../../support/fixtures/gdrive.ts'
import { captionRules, firstChannel, fixedPost, toolsFor } from '../../../support/fixtures/publishing.ts'

const elevenMinutes = 11 * 60_000
const noRetry = { ...quickRetry, attempts: 1 }

/** Opens a drive with one photo, a control plane with claims, and a platform that counts its posts. */
async function gallery(listLag: number) {
  const drive = await openDrive()
  drive.account.seed('Photos/photo.jpg', 'the photo')
  drive.account.seed('Photos/photo.txt', 'rope\n\n# ---\n# mine: stays\n')
  drive.emulator.settings.listLag = listLag
  const posts: string[] = []
  const clock = { time: Date.now() }
  const publisher: ChannelPublisher = {
    platform: 'telegram',
    channel: firstChannel('telegram'),
    captionRules,
    pictureBox: { width: 100, height: 100 },
    describe: () => '',
    ...fixedPost,
    async publish({ sha256 }) {
      posts.push(sha256)
      return { postId: `post-${posts.length}` }
    },
  }
  // Calls stay in this process, because there are thousands.
  const send: typeof fetch = (input, init) => drive.emulator.fetch(new Request(input, init))
  return {
    drive,
    posts,
    clock,
    /** Opens the store as another process would. */
    open: (service: ClaimsService, retry = quickRetry) =>
      withClaimedRecords(drive.store({ fetch: send, retry }), service.open()),
    publish: (store: ReturnType<typeof withClaimedRecords>, name = 'photo.jpg') =>
      publishPhoto(
        { ...toolsFor(store, [publisher]), now: () => clock.time },
        { name: parsePhotoName(name), dryRun: false, force: false, requestId: 'r' },
        () => undefined,
      ),
    [Symbol.asyncDispose]: drive.close,
  }
}

type Gallery = Awaited<ReturnType<typeof gallery>>

/** Expects the photo with its texts at one place only. */
async function expectWhole({ drive }: Gallery): Promise<void> {
  const photos = drive.account.paths().filter((path) => path.endsWith('.jpg'))
  expect(photos).toHaveLength(1)
  const [photo = ''] = photos
  expect(await drive.account.text(photo)).toBe('the photo')
  expect(await drive.account.text(photo.replace('.jpg', '.txt'))).toContain('# mine: stays')
}

describe.each([
  { title: 'with fresh lists', listLag: 0 },
  { title: 'with lists that lag', listLag: 3 },
])('publishing from a Google Drive $title', ({ listLag }) => {
  it('sends one post when 20 attempts of two processes run at once', async () => {
    await using scene = await gallery(listLag)
    const service = await startClaims()
    const stores = [scene.open(service), scene.open(service)]
    const attempts = stores.flatMap((store) =>
      Array.from({ length: 10 }, () => scene.publish(store).catch((error: unknown) => String(error))),
    )
    const results = await Promise.all(attempts)
    expect(scene.posts).toHaveLength(1)
    const sent = results.filter((result) => {
      const outcome = typeof result === 'string' ? undefined : result.results.telegram
      return outcome?.success && !outcome.skipped
    })
    expect(sent).toHaveLength(1)
    await expectWhole(scene)
  }, 240_000)

  it.each([
    { when: 'before', fault: { kind: 'reset' }, memory: 'keeps' },
    { when: 'after', fault: { kind: 'answer-lost' }, memory: 'keeps' },
    { when: 'after', fault: { kind: 'answer-lost' }, memory: 'loses' },
  ] as const)(
    'sends no second post when a process died $when any call and the control plane $memory its claims',
    async ({ fault, memory }) => {
      for (let nth = 1; ; nth += 1) {
        await using scene = await gallery(listLag)
        const { drive, posts, clock } = scene
        const service = await startClaims()
        const stop = drive.emulator.interfere(onNthCall(nth, fault, 1))
        // Nothing that the process asks for later arrives.
        const stopRest = drive.emulator.interfere(onNthCall(nth + 1, { kind: 'reset' }, 100_000))
        await scene.publish(scene.open(service, noRetry)).catch(() => undefined)
        const wasReached = drive.emulator.calls.length >= nth
        stop()
        stopRest()
        drive.emulator.settle()
        expect(posts.length).toBeLessThanOrEqual(1)
        const sent = posts.length
        clock.time += elevenMinutes
        const place = drive.account.paths().includes('/Photos/photo.jpg')
        if (place) {
          const later = await scene.publish(scene.open(memory === 'keeps' ? service : await startClaims()))
          if (sent === 1) expect(later.results.telegram?.skipped).toMatch(/^(duplicate|unknown)$/)
        }
        expect(posts.length).toBeLessThanOrEqual(1)
        await expectWhole(scene)
        if (!wasReached) {
          expect(nth).toBeGreaterThan(15)
          return
        }
      }
    },
    120_000,
  )

  it('sends nothing again after the control plane has lost all claims', async () => {
    await using scene = await gallery(listLag)
    await scene.publish(scene.open(await startClaims()))
    scene.drive.account.seed('Photos/again.jpg', 'the photo')
    scene.drive.emulator.settle()
    const fresh = await startClaims()
    const results = await Promise.all(
      [1, 2, 3].map(() => scene.publish(scene.open(fresh), 'again.jpg').catch(String)),
    )
    expect(results).toHaveLength(3)
    expect(scene.posts).toHaveLength(1)
  })

  it('sends nothing without claims', async () => {
    await using scene = await gallery(listLag)
    const store = scene.open(await startClaims(null))
    await expect(scene.publish(store)).rejects.toMatchObject({ code: 'storage_not_atomic' })
    expect(scene.posts).toEqual([])
  })
})
