/** Contract suite of language models (src/ports/language-model.ts). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { LanguageModel, ModelPicture, ModelRequest } from '../../../src/ports/language-model.ts'
import { plain, red } from '../fixtures/pictures.ts'
import { failure } from '../fixtures/rejections.ts'

/** Faulty answer that a scene can arrange. */
export type ModelTrouble =
  /** The model declines. */
  | 'refusal'
  /** The answer does not match the requested schema. */
  | 'misshapen'
  /** The answer was cut off at the token limit. */
  | 'cut'
  /** Too many requests, with `Retry-After: 120`. */
  | 'rate limit'
  /** The server fails. */
  | 'error'

export interface ModelScene {
  /** A model whose credentials are good, bad, or bad until they are resolved again. */
  model(credentials?: 'good' | 'bad' | 'stale'): LanguageModel
  /** Counts the requests that have reached the server. */
  asked(): number
  /** Injects this fault into every answer from now on. */
  trouble(kind: ModelTrouble): Promise<void>
  /** Leaves the next request without an answer. Resolves when the request has arrived. */
  hold(): Promise<void>
  /** Stops the server. Later connections are refused. */
  stop(): Promise<void>
}

const schema = z.object({ description: z.string().max(500), tags: z.array(z.string()), nsfw: z.boolean() })

const request: ModelRequest<z.output<typeof schema>> = {
  model: 'some-model',
  system: 'You look at pictures.',
  prompt: 'What is it?',
  name: 'seen',
  schema,
  maxTokens: 700,
}

async function picture(): Promise<ModelPicture> {
  const bytes = new Uint8Array(await plain(60, 40, red).jpeg().toBuffer())
  return { bytes, mediaType: 'image/jpeg', detail: 'low' }
}

/** Runs the suite. Every secret of the scene contains the word `canary`, and no error may contain a secret. */
export function describeLanguageModel(name: string, open: () => Promise<ModelScene>): void {
  describe(`${name} as a language model`, () => {
    const never = new AbortController().signal
    const left = new Error('the visitor left')
    let scene: ModelScene
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

    it('answers about a picture in the requested shape and reports the tokens once', async () => {
      const tokens: number[] = []
      const asking = scene.model().ask({ ...request, picture: await picture() }, never, (taken) => {
        tokens.push(taken)
      })
      const { value, model } = await asking
      expect(schema.parse(value)).toEqual(value)
      expect(model).not.toBe('')
      expect(tokens).toEqual([expect.any(Number)])
      expect(scene.asked()).toBe(1)
    })

    it('answers a request without a picture', async () => {
      const { value } = await scene.model().ask(request, never)
      expect(schema.parse(value)).toEqual(value)
    })

    it.each([
      ['refusal', 'ai_refused'],
      ['misshapen', 'ai_unusable_answer'],
      ['cut', 'ai_unusable_answer'],
    ] as const)(
      'sends one request and reports the tokens when the answer is unusable: %s',
      async (kind, code) => {
        await scene.trouble(kind)
        const tokens: number[] = []
        const asking = scene.model().ask(request, never, (taken) => void tokens.push(taken))
        expect((await failure(asking)).code).toBe(code)
        expect(tokens).toEqual([expect.any(Number)])
        expect(scene.asked()).toBe(1)
      },
    )

    it('sends one request when the server fails', async () => {
      await scene.trouble('error')
      expect((await failure(scene.model().ask(request, never))).code).toBe('ai_unavailable')
      expect(scene.asked()).toBe(1)
    })

    it('passes on the pause of a rate limit that is too long to wait for', async () => {
      await scene.trouble('rate limit')
      const error = await failure(scene.model().ask(request, never))
      expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 120_000 })
      expect(scene.asked()).toBe(1)
    })

    it('resolves rejected credentials again, exactly once', async () => {
      await scene.model('stale').ask(request, never)
      expect(scene.asked()).toBe(2)
      const error = await failure(scene.model('bad').ask(request, never))
      expect(error.code).toBe('credentials_rejected')
      expect(scene.asked()).toBe(4)
    })

    it('sends no request when the caller has already aborted', async () => {
      await expect(scene.model().ask(request, AbortSignal.abort(left))).rejects.toBe(left)
      expect(scene.asked()).toBe(0)
    })

    it('stops when the caller aborts', async () => {
      const caller = new AbortController()
      const arrived = scene.hold()
      const outcome = expect(scene.model().ask(request, caller.signal)).rejects.toBe(left)
      await arrived
      caller.abort(left)
      await outcome
    })

    it('fails as unavailable when the server refuses connections', async () => {
      const model = scene.model()
      await stop()
      expect((await failure(model.ask(request, never))).code).toBe('ai_unavailable')
    })
  })
}
