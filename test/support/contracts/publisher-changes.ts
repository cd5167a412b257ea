/** Contract suite of taking back and correcting posts (src/ports/publisher.ts). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Correction, Post, Publisher, Receipt } from '../../../src/ports/publisher.ts'
import { postOf as anyPost } from '../fixtures/posts.ts'
import { failure } from '../fixtures/rejections.ts'
import { type PublisherScene, type PublisherTraits, planned, receiptOf } from './publisher-scene.ts'

const never = new AbortController().signal

/** Runs the suite. A publisher that cannot change a post only has to say why. */
export function describeChanges(
  name: string,
  open: () => Promise<PublisherScene>,
  { retracts = false, corrects = false, rating: usual = 'nudity' }: PublisherTraits,
): void {
  const postOf = (fields: Partial<Post> = {}) => anyPost({ rating: usual, ...fields })
  describe(`${name}'s changes of a post`, () => {
    let scene: PublisherScene
    let publisher: Publisher
    let receipt: Receipt
    beforeEach(async () => {
      scene = await open()
      publisher = scene.publisher()
      receipt = receiptOf(await publisher.publish(await postOf(), planned(publisher)))
    })
    afterEach(() => scene.stop())

    const seen = async () => (await scene.posts?.()) ?? []

    const retract = (target = publisher) => retracting(target, receipt)
    const correct = (texts: Correction, target = publisher) => correcting(target, receipt, texts)

    it('tells which changes are possible, and why others are not', () => {
      const changes = publisher.changesOf(receipt, new Date())
      expect(changes).toMatchObject({ retract: { possible: retracts }, correct: { possible: corrects } })
      for (const change of [changes.retract, changes.correct]) {
        if (!change.possible) expect(change.reason).toMatch(/^\S.{20,}[.:]/)
      }
      expect(JSON.stringify(changes)).not.toContain('canary')
    })

    if (retracts) {
      it('takes a post back, once or twice, and publishes it again', async () => {
        await retract()
        expect(await seen()).toEqual([])
        await retract()

        const again = await publisher.publish(await postOf(), planned(publisher))
        expect(again.postId).not.toBe(receipt.postId)
        expect(await seen()).toHaveLength(scene.posts ? 1 : 0)
      })

      it('takes back only the post of the receipt', async () => {
        const caption = 'Another photo.'
        await publisher.publish(await postOf({ caption, sha256: 'b'.repeat(64) }), planned(publisher))
        await retract()
        expect((await seen()).map((post) => post.caption)).toEqual(scene.posts ? [caption] : [])
      })

      it('takes a post back when an answer was lost and the retraction is repeated', async () => {
        scene.loseNextChange?.()
        await retract().catch(() => undefined)
        await retract()
        expect(await seen()).toEqual([])
      })

      it('distinguishes rejected credentials from a request that never left when it takes a post back', async () => {
        expect((await failure(retract(scene.publisher('bad')))).code).toBe('credentials_rejected')
        const aborted = retracting(publisher, receipt, AbortSignal.abort())
        expect((await failure(aborted)).code).toBe('publish_unavailable')
      })
    }

    if (corrects) {
      it('accepts the same texts as a correction', async () => {
        const before = await seen()
        const { caption, altText, tags, rating } = await postOf()
        await correct({ caption, altText, tags, rating })
        await correct({ caption, altText, tags, rating })
        expect(await seen()).toEqual(before)
      })

      it('changes the texts of a post, more than once, and keeps its picture and its label', async () => {
        const [before] = await seen()
        const notes = await correct(others)
        receipt = { ...receipt, notes: notes ?? receipt.notes }
        const after = await seen()
        expect(after).toEqual(
          scene.posts
            ? [
                {
                  ...before,
                  caption: others.caption,
                  ...(before?.altText !== undefined && { altText: others.altText }),
                },
              ]
            : [],
        )
        await correct({ ...others, caption: '' })
        expect((await seen()).map((post) => post.caption)).toEqual(scene.posts ? [''] : [])
      })

      it('corrects a post when an answer was lost and the correction is repeated', async () => {
        scene.loseNextChange?.()
        await correct(others).catch(() => undefined)
        await correct(others)
        expect((await seen()).map((post) => post.caption)).toEqual(scene.posts ? [others.caption] : [])
      })

      it('distinguishes rejected credentials from a request that never left when it corrects a post', async () => {
        expect((await failure(correct(others, scene.publisher('bad')))).code).toBe('credentials_rejected')
        const aborted = correcting(publisher, receipt, others, AbortSignal.abort())
        expect((await failure(aborted)).code).toBe('publish_unavailable')
      })
    }
  })
}

const others: Correction = {
  caption: 'Untied at noon.',
  altText: 'Loose rope on a floor.',
  tags: [],
  rating: 'nudity',
}

async function retracting(publisher: Publisher, receipt: Receipt, signal = never): Promise<void> {
  if (!publisher.retract) throw new TypeError('This publisher cannot take a post back.')
  return publisher.retract(receipt, signal)
}

async function correcting(publisher: Publisher, receipt: Receipt, texts: Correction, signal = never) {
  if (!publisher.correct) throw new TypeError('This publisher cannot correct a post.')
  return publisher.correct(receipt, texts, signal)
}
