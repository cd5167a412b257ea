import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import type { ChannelPublisher } from '../../src/ports/publisher.ts'
import { changeScene, photo } from '../support/fixtures/changeable.ts'
import { rejection } from '../support/fixtures/rejections.ts'
import { failing, whereabouts } from '../support/fixtures/scripted-platforms.ts'
import { readableSidecar } from '../support/fixtures/stored-photos.ts'

const toTelegram = { platforms: ['telegram'] } as const
const elevenMinutes = 11 * 60_000

describe('taking posts back', () => {
  it('takes the posts of all channels back, and leaves the photo in the archive', async () => {
    await using scene = await changeScene()
    await scene.publish()
    const { results } = await scene.retract()
    expect(results).toEqual({
      telegram: { success: true, postId: 'telegram-1' },
      second: { success: true, postId: 'second-1' },
    })
    expect([...scene.telegram.out, ...scene.second.out]).toEqual([])
    expect(await whereabouts(scene.folder)).toEqual(['archive/photo.jpg with sidecar'])
  })

  it('lets the photo be published again without force, once', async () => {
    await using scene = await changeScene()
    await scene.publish(toTelegram)
    await scene.retract(toTelegram)
    expect((await scene.publish(toTelegram)).results.telegram).toMatchObject({ postId: 'telegram-2' })
    expect((await scene.publish(toTelegram)).results.telegram).toMatchObject({ skipped: 'duplicate' })
    expect(scene.telegram.sent()).toBe(2)
    expect((await scene.retract(toTelegram)).results.telegram).toMatchObject({ postId: 'telegram-2' })
    expect(scene.telegram.out.size).toBe(0)
  })

  it('says in words that there is nothing to take back', async () => {
    await using scene = await changeScene()
    expect((await scene.retract()).results).toMatchObject({
      telegram: { success: false, skipped: 'nothing_there', error: expect.stringContaining('not published') },
      second: { success: false, skipped: 'nothing_there' },
    })
    await scene.publish(toTelegram)
    await scene.retract()
    const again = await scene.retract()
    expect(Object.keys(again.results)).toEqual(['telegram'])
    expect(again.results.telegram).toMatchObject({
      success: false,
      skipped: 'retracted',
      error: expect.stringContaining('2026-11-01'),
    })
  })

  it('takes a post back from the channel that the request names by its id', async () => {
    await using scene = await changeScene()
    await scene.publish()
    const { results } = await scene.retract({ platforms: ['second'] })
    expect(Object.keys(results)).toEqual(['second'])
    expect([scene.telegram.out.size, scene.second.out.size]).toEqual([1, 0])
  })

  it('refuses an unknown channel before anything is changed', async () => {
    await using scene = await changeScene()
    await scene.publish()
    const error = await rejection(scene.retract({ platforms: ['telegram', 'nowhere'] }))
    expect(error).toMatchObject({ code: 'invalid_request' })
    expect(scene.telegram.out.size).toBe(1)
  })

  it('gives the reason of a platform that cannot take the post back', async () => {
    await using scene = await changeScene()
    await scene.publish()
    scene.telegram.changes = {
      ...scene.telegram.changes,
      retract: { possible: false, reason: 'Too old. Delete it in the app.' },
    }
    expect((await scene.retract()).results).toMatchObject({
      telegram: { success: false, skipped: 'impossible', error: 'Too old. Delete it in the app.' },
      second: { success: true },
    })
  })

  it('explains that a channel is not in the configuration any more', async () => {
    await using scene = await changeScene()
    await scene.publish()
    const { results } = await scene.retract({}, { publishers: [scene.telegram] })
    expect(results).toMatchObject({
      telegram: { success: true },
      second: { success: false, error: expect.stringContaining('not set up here any more') },
    })
    expect(scene.second.out.size).toBe(1)
  })

  it('completes the other channels when one channel fails', async () => {
    await using scene = await changeScene()
    await scene.publish()
    const away = new PublisherError('publish_unavailable', 'Telegram cannot be reached.')
    const broken: ChannelPublisher = { ...scene.telegram, retract: () => Promise.reject(away) }
    const { results } = await scene.retract({}, { publishers: [broken, scene.second] })
    expect(results).toMatchObject({
      telegram: { success: false, code: 'publish_unavailable', error: 'Telegram cannot be reached.' },
      second: { success: true },
    })
    expect((await scene.retract(toTelegram)).results.telegram).toMatchObject({ success: true })
  })

  it('allows a repetition at once when the outcome is unknown', async () => {
    await using scene = await changeScene()
    await scene.publish(toTelegram)
    const deaf: ChannelPublisher = { ...scene.telegram, retract: () => new Promise<never>(() => undefined) }
    const timing = { changingMs: 20, recordPauseMs: 1 }
    const { results } = await scene.retract(toTelegram, { publishers: [deaf], timing })
    expect(results.telegram).toMatchObject({ success: false, code: 'publish_outcome_unknown' })
    expect((await scene.publish(toTelegram)).results.telegram).toMatchObject({ skipped: 'duplicate' })
    expect((await scene.retract(toTelegram)).results.telegram).toMatchObject({ success: true })
  })

  it('warns when the storage does not save that the post is gone, and saves it the next time', async () => {
    await using scene = await changeScene()
    await scene.publish(toTelegram)
    const store = failing(scene.folder.open(), 'replaceRecord')
    expect((await scene.retract(toTelegram, { store })).results.telegram).toMatchObject({
      success: true,
      warning: expect.stringContaining('did not save'),
    })
    expect((await scene.publish(toTelegram)).results.telegram).toMatchObject({ skipped: 'duplicate' })
    expect((await scene.retract(toTelegram)).results.telegram).toEqual({
      success: true,
      postId: 'telegram-1',
    })
    expect((await scene.publish(toTelegram)).results.telegram).toMatchObject({ postId: 'telegram-2' })
  })

  it('takes a post back once when twenty requests arrive at the same time', async () => {
    await using scene = await changeScene()
    await scene.publish(toTelegram)
    const answers = await Promise.all(Array.from({ length: 20 }, () => scene.retract(toTelegram)))
    const results = answers.map(({ results }) => results.telegram)
    expect(results.filter((result) => result?.success)).toHaveLength(1)
    const others = results.filter((result) => !result?.success).map((result) => result?.skipped)
    expect(['in_progress', 'retracted']).toEqual(expect.arrayContaining([...new Set(others)]))
  })

  it('finds the archived photo when a different photo has its name in the root', async () => {
    await using scene = await changeScene()
    await scene.publish(toTelegram)
    await writeFile(join(scene.folder.root, 'photo.jpg'), 'another photo')
    expect((await scene.retract(toTelegram)).results.telegram).toMatchObject({ success: true })
  })

  it('asks the platform about an attempt of unknown outcome', async () => {
    await using scene = await changeScene()
    const lost = new TypeError('fetch failed')
    const { publish } = scene.telegram
    scene.telegram.publish = async (...post) => {
      await publish(...post)
      throw lost
    }
    await scene.publish(toTelegram)
    expect((await scene.retract(toTelegram)).results.telegram).toMatchObject({ skipped: 'unknown' })
    const asking = { ...scene.telegram, confirm: async () => ({ postId: 'telegram-1' }) }
    const { results } = await scene.retract(toTelegram, { publishers: [asking] })
    expect(results.telegram).toEqual({ success: true, postId: 'telegram-1' })
    expect(scene.telegram.out.size).toBe(0)
  })

  it('reports nothing to take back when the platform says that the attempt never arrived', async () => {
    await using scene = await changeScene()
    scene.telegram.publish = () => Promise.reject(new TypeError('fetch failed'))
    await scene.publish(toTelegram)
    const asking = { ...scene.telegram, confirm: async () => null }
    const { results } = await scene.retract(toTelegram, { publishers: [asking] })
    expect(results.telegram).toMatchObject({ success: false, skipped: 'nothing_there' })
  })

  it('throws photo_not_found for a name without a photo', async () => {
    await using scene = await changeScene()
    const name = parsePhotoName('none.jpg')
    expect(await rejection(scene.retract({ name }))).toMatchObject({ code: 'photo_not_found' })
  })
})

describe('correcting posts', () => {
  it('fits the captions, saves them in the sidecar, and corrects every channel', async () => {
    await using scene = await changeScene()
    await scene.publish()
    const caption = 'Knots. '.repeat(40)
    const { results } = await scene.correct({ caption, captions: { second: 'Other.' }, altText: 'A rope.' })
    expect(results).toEqual({
      telegram: { success: true, postId: 'telegram-1', url: 'https://example.test/telegram-1' },
      second: { success: true, postId: 'second-1', url: 'https://example.test/second-1' },
    })
    const [sent] = [...scene.telegram.out.values()]
    expect(sent).toMatchObject({ altText: 'A rope.', caption: expect.stringMatching(/^Knots\. .*…$/) })
    expect(sent?.caption.length).toBeLessThanOrEqual(100)
    expect([...scene.second.out.values()]).toMatchObject([{ caption: 'Other.', altText: 'A rope.' }])
    const sidecar = await readableSidecar(scene.folder.open(), 'archive', photo)
    expect(sidecar?.text).toContain('# alt_text: A rope.')
    expect(sidecar?.text).toContain('# mine: stays')
  })

  it('succeeds with the same words, also where the platform cannot correct', async () => {
    await using scene = await changeScene()
    await scene.publish({ caption: 'Dusk.' })
    scene.second.changes = {
      ...scene.second.changes,
      correct: { possible: false, reason: 'Take it back and publish it again.' },
    }
    expect((await scene.correct({ caption: 'Dusk.' })).results).toMatchObject({
      telegram: { success: true },
      second: { success: true },
    })
    expect((await scene.correct({ caption: 'Dawn.' })).results).toMatchObject({
      telegram: { success: true },
      second: { success: false, skipped: 'impossible', error: 'Take it back and publish it again.' },
    })
    expect([...scene.second.out.values()]).toMatchObject([{ caption: 'Dusk.' }])
    expect(scene.second.sent()).toBe(1)
  })

  it('keeps the caption of the post when only the alt text is corrected and nothing is saved', async () => {
    await using scene = await changeScene()
    await scene.publish({ ...toTelegram, caption: 'Dusk.' })
    await writeFile(join(scene.folder.root, 'archive', 'photo.txt'), 'rope\n')
    await scene.correct({ ...toTelegram, altText: 'A rope.' })
    expect([...scene.telegram.out.values()]).toMatchObject([{ caption: 'Dusk.', altText: 'A rope.' }])
  })

  it('changes nothing when the sidecar cannot be saved', async () => {
    await using scene = await changeScene()
    await scene.publish({ caption: 'Dusk.' })
    const store = failing(scene.folder.open(), 'writeSidecar')
    const error = await rejection(scene.correct({ caption: 'Dawn.' }, { store }))
    expect(error).toMatchObject({ code: 'storage_unavailable' })
    expect(scene.telegram.corrections).toEqual([])
  })

  it('takes back the corrected post', async () => {
    await using scene = await changeScene()
    await scene.publish(toTelegram)
    await scene.correct({ ...toTelegram, caption: 'Dawn.' })
    expect((await scene.retract(toTelegram)).results.telegram).toMatchObject({ success: true })
    expect((await scene.correct({ ...toTelegram, caption: 'Late.' })).results.telegram).toMatchObject({
      success: false,
      skipped: 'retracted',
    })
  })
})

/** Faults of a call: it is not made, its response is lost, or the process dies after it. */
const faults = {
  'is not made': { isMade: false, isLast: false },
  'is made and its response is lost': { isMade: true, isLast: false },
  'is the last before the process dies': { isMade: true, isLast: true },
} as const
type Fault = (typeof faults)[keyof typeof faults]

/** Creates a wrapper for objects that counts their calls and injects the fault at the nth call. */
function faulty(nth: number, { isMade, isLast }: Fault) {
  let calls = 0
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, name) {
        const member: unknown = Reflect.get(from, name)
        if (typeof member !== 'function' || name === 'changesOf') return member
        return async (...args: unknown[]) => {
          calls += 1
          if (calls < nth || (calls > nth && !isLast)) return member.apply(from, args)
          if (calls === nth && isMade) await member.apply(from, args)
          throw new PublisherError('storage_unavailable', 'Away.')
        }
      },
    })
  return { wrap, calls: () => calls }
}

describe.each(['retract', 'correct'] as const)('a %s with one fault', (kind) => {
  /** Changes the post with the fault, then again as a person would. Returns true if the fault was reached. */
  async function survives(nth: number, fault: Fault): Promise<boolean> {
    await using scene = await changeScene()
    const { publish, retract, correct, telegram, folder, clock } = scene
    await publish({ ...toTelegram, caption: 'Dusk.' })
    const { wrap, calls } = faulty(nth, fault)
    const tools = { store: wrap(folder.open()), publishers: [wrap(telegram)] }
    const change = (tools = {}) =>
      kind === 'retract' ? retract(toTelegram, tools) : correct({ ...toTelegram, caption: 'Dawn.' }, tools)
    await change(tools).catch(() => undefined)
    // A post that is out is never sent a second time.
    const between = (await publish(toTelegram)).results.telegram
    if (telegram.sent() > 1) expect([kind, telegram.out.size]).toEqual(['retract', 1])
    else expect(between).toMatchObject({ skipped: 'duplicate' })

    clock.time += elevenMinutes
    const { results } = await change()
    expect(results.telegram).toMatchObject({ success: true })
    expect([...telegram.out.values()].map(({ caption }) => caption)).toEqual(
      kind === 'retract' ? [] : ['Dawn.'],
    )
    expect(await whereabouts(folder)).toEqual(['archive/photo.jpg with sidecar'])
    const again = (await publish(toTelegram)).results.telegram
    expect(again?.skipped).toBe(kind === 'retract' ? undefined : 'duplicate')
    expect(telegram.out.size).toBe(1)
    return calls() >= nth
  }

  it.each(Object.entries(faults))('loses no post from sight when any single call %s', async (_, fault) => {
    let nth = 1
    while (await survives(nth, fault)) nth += 1
    expect(nth).toBeGreaterThan(8)
  })
})
