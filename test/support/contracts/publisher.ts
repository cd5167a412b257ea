/** Contract suite of publishers (src/ports/publisher.ts). */
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ratings } from '../../../src/contract/rating.ts'
import type { ReducedImage } from '../../../src/ports/images.ts'
import type { Notes, Post, Publisher } from '../../../src/ports/publisher.ts'
import { createSharpReducer } from '../../../src/providers/images/sharp.ts'
import { fitCaption } from '../../../src/workflow/captions/fit.ts'
import { canariesIn, canaryJpeg } from '../fixtures/pictures-with-metadata.ts'
import { postOf as anyPost } from '../fixtures/posts.ts'
import { failure } from '../fixtures/rejections.ts'
import { describeChanges } from './publisher-changes.ts'
import { type PublisherScene, type PublisherTraits, planned } from './publisher-scene.ts'

export type { PublisherScene, PublisherTraits, SeenPost } from './publisher-scene.ts'

/** Runs the suite. Every secret of the scene contains the word `canary`: credentials, and secret addresses. */
export function describePublisher(
  name: string,
  open: () => Promise<PublisherScene>,
  traits: PublisherTraits = {},
): void {
  const {
    losesAnswers = 'unknown',
    altText: hasAltText = false,
    rating = 'nudity',
    maxMentions = 200,
  } = traits
  const postOf = (fields: Partial<Post> = {}) => anyPost({ rating, ...fields })
  describe(`${name} as a publisher`, () => {
    let scene: PublisherScene
    let isOpen = false
    const stop = async () => {
      if (isOpen) await scene.stop()
      isOpen = false
    }
    beforeEach(async () => {
      scene = await open()
      isOpen = true
    })
    afterEach(stop)

    it("posts once and returns the post's id", async () => {
      const publisher = scene.publisher()
      const posted = await publisher.publish(await postOf(), planned(publisher))
      expect(posted.postId).not.toBe('')
      expect(JSON.stringify(posted)).not.toContain('canary')
      expect(await scene.received()).toBe(1)
    })

    it('posts twenty photos concurrently', async () => {
      const publisher = scene.publisher()
      const digits = Array.from({ length: 20 }, (_, index) => String(index).padStart(64, '0'))
      const posts = await Promise.all(digits.map((sha256) => postOf({ sha256, caption: `Photo ${sha256}.` })))
      const posted = await Promise.all(posts.map((post) => publisher.publish(post, planned(publisher))))
      expect(new Set(posted.map(({ postId }) => postId)).size).toBe(20)
      expect(await scene.received()).toBe(20)
    })

    it.each([
      ['words', 'knots '.repeat(1000)],
      ['emoji', '😀'.repeat(3000)],
      ['families of emoji', '👩‍👩‍👧‍👦'.repeat(1000)],
      ['text without spaces', '縄'.repeat(3000)],
      ['accents', 'é'.repeat(3000)],
      ['addresses', 'https://example.com/rope/at/dawn '.repeat(200)],
      ['hashtags and mentions', '#rope @alice@mastodon.example @alice.example.com '.repeat(maxMentions / 2)],
      ['nothing', ''],
    ])('delivers a caption of %s unchanged once it fits the rules', async (_, text) => {
      const publisher = scene.publisher()
      const caption = fitCaption(text, await rulesOf(publisher), '#rope #art')
      await publisher.publish(await postOf({ caption }), planned(publisher))
      expect(await scene.received()).toBe(1)
      if (scene.posts) expect((await scene.posts()).map((post) => post.caption)).toEqual([caption])
    })

    it('delivers a caption of exactly the limit unchanged, and cuts a longer caption at a word', async () => {
      const publisher = scene.publisher()
      const rules = await rulesOf(publisher)
      const longest = `${'knots '.repeat(rules.maxLength).slice(0, rules.maxLength - 1)}s`
      expect(fitCaption(longest, rules)).toBe(longest)
      const cut = fitCaption(`${longest}s`, rules)
      expect(cut).toMatch(/ knots(…|\.\.\.)$/)
      for (const caption of [longest, cut])
        await publisher.publish(await postOf({ caption }), planned(publisher))
      expect(await scene.received()).toBe(2)
      if (scene.posts) expect((await scene.posts()).map((post) => post.caption)).toEqual([longest, cut])
    })

    it(
      losesAnswers === 'confirmed'
        ? 'finds a post whose answer was lost, and posts nothing twice'
        : 'does not repeat a post that may have arrived',
      async () => {
        const publisher = scene.publisher()
        scene.loseNextAnswer()
        const publishing = publisher.publish(await postOf(), planned(publisher))
        if (losesAnswers === 'confirmed') expect((await publishing).postId).not.toBe('')
        else expect((await failure(publishing)).code).toBe('publish_outcome_unknown')
        expect(await scene.received()).toBe(1)
      },
    )

    if (losesAnswers === 'confirmed') {
      it('confirms a post that has arrived, and only that post', async () => {
        const publisher = scene.publisher()
        const kept: Notes[] = []
        const { key, notes, signal } = planned(publisher)
        expect(await publisher.confirm?.({ key, notes }, signal)).toBeNull()
        const attempt = { ...planned(publisher, { kept }), key, notes }
        const { postId } = await publisher.publish(await postOf(), attempt)
        const known = Object.assign({}, notes, ...kept)
        expect(JSON.stringify(known)).not.toContain('canary')
        expect(await publisher.confirm?.({ key, notes: known }, signal)).toMatchObject({ postId })
        const { key: other, notes: others } = planned(publisher)
        expect(await publisher.confirm?.({ key: other, notes: others }, signal)).toBeNull()
        expect(await scene.received()).toBe(1)
      })
    } else
      it('offers no question about a post whose answer was lost', () => {
        expect(scene.publisher().confirm).toBeUndefined()
      })

    it('resolves rejected credentials again, exactly once', async () => {
      const stale = scene.publisher('stale')
      await stale.publish(await postOf(), planned(stale))
      expect(await scene.received()).toBe(1)

      const bad = scene.publisher('bad')
      const error = await failure(bad.publish(await postOf(), planned(bad)))
      expect(error.code).toBe('credentials_rejected')
      expect(await scene.received()).toBe(1)
    })

    it('reports each error of the platform by its code, and posts afterwards', async () => {
      for (const [code, fail] of Object.entries(scene.failures ?? {})) {
        const before = await scene.received()
        const publisher = scene.publisher()
        fail()
        const error = await failure(publisher.publish(await postOf(), planned(publisher)))
        expect(error).toMatchObject({ code, message: expect.stringMatching(/^\S.{20,}\.?$/) })
        expect(await scene.received()).toBe(before)
        await publisher.publish(await postOf(), planned(publisher))
        expect(await scene.received()).toBe(before + 1)
      }
    })

    it('sends nothing when the caller has already aborted', async () => {
      const publisher = scene.publisher()
      const attempt = planned(publisher, { signal: AbortSignal.abort() })
      expect((await failure(publisher.publish(await postOf(), attempt))).code).toBe('publish_unavailable')
      expect(await scene.received()).toBe(0)
    })

    it('reports that nothing was sent when the platform refuses connections', async () => {
      const publisher = scene.publisher()
      await stop()
      const publishing = publisher.publish(await postOf(), planned(publisher))
      expect((await failure(publishing)).code).toBe('publish_unavailable')
    })

    it('describes a post without sending it', async () => {
      const { picture: _, ...post } = await postOf({ caption: 'Tied at dusk.' })
      const sentence = scene.publisher().describe(post)
      expect(sentence).toContain('Tied at dusk.')
      expect(sentence).not.toContain('canary')
      expect(await scene.received()).toBe(0)
    })

    it('sends the label of each rating that the platform accepts', async () => {
      const publisher = scene.publisher()
      for (const rating of ratings) {
        const { refusal, label } = publisher.effectOf(rating)
        if (refusal !== undefined) {
          expect(refusal).toMatch(/^\S.{20,}\.$/)
          continue
        }
        await publisher.publish(await postOf({ rating }), planned(publisher))
        expect((await scene.posts?.())?.at(-1)?.label).toBe(scene.posts && label)
      }
      expect(publisher.effectOf('general')).toEqual({})
    })

    it('refuses a rating that the settings refuse, and no other rating', () => {
      const publisher = scene.publisher('good', { rating_map: { general: 'refuse' } })
      expect(publisher.effectOf('general')).toEqual({ refusal: expect.stringContaining('general') })
      expect(publisher.effectOf('suggestive').refusal).toBeUndefined()
    })

    if (hasAltText)
      it('sends the alt text, and cuts a longer alt text to the limit', async () => {
        const publisher = scene.publisher()
        const altText = 'A woman in hemp rope by a window 👩‍👩‍👧.'
        await publisher.publish(await postOf({ altText }), planned(publisher))
        expect((await scene.posts?.())?.at(-1)?.altText).toBe(altText)

        await publisher.publish(await postOf({ altText: 'knots '.repeat(5000) }), planned(publisher))
        const cut = (await scene.posts?.())?.at(-1)?.altText
        expect(cut).toMatch(/^(knots ){50,}knots…?$/)

        await publisher.publish(await postOf({ altText: null }), planned(publisher))
        expect((await scene.posts?.())?.at(-1)?.altText || null).toBeNull()
      })

    it('delivers a picture without any metadata of the original', async () => {
      const publisher = scene.publisher()
      const picture = await reducedFor(publisher)
      await publisher.publish(await postOf({ picture }), planned(publisher))
      const [seen] = (await scene.posts?.()) ?? []
      if (!scene.posts) return
      expect(canariesIn(seen?.bytes ?? new Uint8Array())).toEqual([])
      const { format, exif, xmp, iptc } = await sharp(seen?.bytes).metadata()
      expect({ format, exif, xmp, iptc }).toEqual({ format: 'jpeg' })
    })
  })
  describeChanges(name, open, traits)
}

/** Returns a publisher's rules, with those of the account's own server. */
async function rulesOf(publisher: Publisher) {
  return (await publisher.ownRules?.()) ?? publisher.captionRules
}

/** Makes the platform's picture from an original that tells its position and its author. */
async function reducedFor({ pictureBox }: Publisher): Promise<ReducedImage> {
  const original = await canaryJpeg({ width: 640, height: 480 })
  expect(canariesIn(original)).not.toEqual([])
  const body = new Blob([new Uint8Array(original)]).stream()
  const [picture] = await createSharpReducer().reduceAll(
    { body, size: original.length },
    [{ box: pictureBox, mediaType: 'image/jpeg' }],
    { owner: 'alice' },
  )
  if (!picture) throw new TypeError('The reducer made no picture.')
  return picture
}

/** Contract suite of `verify`, for publishers that have it. */
export function describeVerification(name: string, open: () => Promise<PublisherScene>): void {
  describe(`${name}'s verification`, () => {
    const never = new AbortController().signal

    async function verified(kind: 'good' | 'bad' | 'stale', { gone = false } = {}) {
      const scene = await open()
      const publisher = scene.publisher(kind)
      if (gone) await scene.stop()
      try {
        if (!publisher.verify) throw new TypeError('This publisher cannot be verified.')
        return await publisher.verify(never)
      } finally {
        if (!gone) {
          expect(await scene.received()).toBe(0)
          await scene.stop()
        }
      }
    }

    it.each(['good', 'stale'] as const)(
      'reports its findings for %s credentials and sends nothing',
      async (kind) => {
        const sentence = await verified(kind)
        expect(sentence).toMatch(/^\S.*\.$/)
        expect(sentence).not.toContain('canary')
      },
    )

    it('distinguishes rejected credentials from an unavailable platform', async () => {
      expect((await failure(verified('bad'))).code).toBe('credentials_rejected')
      expect((await failure(verified('good', { gone: true }))).code).toBe('publish_unavailable')
    })
  })
}
