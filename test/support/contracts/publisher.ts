/** Contract suite of publishers (src/ports/publisher.ts). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Publisher } from '../../../src/ports/publisher.ts'
import { fitCaption } from '../../../src/workflow/captions/fit.ts'
import { attemptOf, postOf } from '../fixtures/posts.ts'
import { failure } from '../fixtures/rejections.ts'

export interface PublisherScene {
  /** A publisher whose credentials are good, bad, or bad until they are resolved again. */
  publisher(credentials?: 'good' | 'bad' | 'stale'): Publisher
  /** Counts the posts that have reached the platform. */
  received(): number
  /** Accepts the next post and then drops the connection without an answer. */
  loseNextAnswer(): void
  /** Stops the platform. Later connections are refused. */
  stop(): Promise<void>
}

/** Runs the suite. Every secret of the scene contains the word `canary`: credentials, and secret addresses. */
export function describePublisher(name: string, open: () => Promise<PublisherScene>): void {
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
      const posted = await scene.publisher().publish(await postOf(), attemptOf())
      expect(posted.postId).not.toBe('')
      expect(JSON.stringify(posted)).not.toContain('canary')
      expect(scene.received()).toBe(1)
    })

    it('posts several photos concurrently', async () => {
      const publisher = scene.publisher()
      const posts = await Promise.all(['a', 'b', 'c'].map((digit) => postOf({ sha256: digit.repeat(64) })))
      const posted = await Promise.all(posts.map((post) => publisher.publish(post, attemptOf())))
      expect(new Set(posted.map(({ postId }) => postId)).size).toBe(3)
      expect(scene.received()).toBe(3)
    })

    it.each(['knots '.repeat(1000), '😀'.repeat(3000), '縄'.repeat(3000), 'é'.repeat(3000), ''])(
      'accepts any caption that was fitted to its rules',
      async (text) => {
        const publisher = scene.publisher()
        const caption = fitCaption(text, publisher.captionRules, '#rope #art')
        await publisher.publish(await postOf({ caption }), attemptOf())
        expect(scene.received()).toBe(1)
      },
    )

    it('does not repeat a post that may have arrived', async () => {
      scene.loseNextAnswer()
      const error = await failure(scene.publisher().publish(await postOf(), attemptOf()))
      expect(error.code).toBe('publish_outcome_unknown')
      expect(scene.received()).toBe(1)
    })

    it('resolves rejected credentials again, exactly once', async () => {
      await scene.publisher('stale').publish(await postOf(), attemptOf())
      expect(scene.received()).toBe(1)

      const error = await failure(scene.publisher('bad').publish(await postOf(), attemptOf()))
      expect(error.code).toBe('credentials_rejected')
      expect(scene.received()).toBe(1)
    })

    it('sends nothing when the caller has already aborted', async () => {
      const error = await failure(
        scene.publisher().publish(await postOf(), attemptOf({ signal: AbortSignal.abort() })),
      )
      expect(error.code).toBe('publish_unavailable')
      expect(scene.received()).toBe(0)
    })

    it('reports that nothing was sent when the platform refuses connections', async () => {
      const publisher = scene.publisher()
      await stop()
      expect((await failure(publisher.publish(await postOf(), attemptOf()))).code).toBe('publish_unavailable')
    })

    it('describes a post without sending it', async () => {
      const { picture: _, ...post } = await postOf({ caption: 'Tied at dusk.' })
      const sentence = scene.publisher().describe(post)
      expect(sentence).toContain('Tied at dusk.')
      expect(sentence).not.toContain('canary')
      expect(scene.received()).toBe(0)
    })
  })
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
        expect(scene.received()).toBe(0)
        if (!gone) await scene.stop()
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
