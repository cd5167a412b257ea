import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { PublisherError } from '../../../src/base/errors.ts'
import type { LanguageModel } from '../../../src/ports/language-model.ts'
import { modelCalls } from '../../../src/runtime/vendor-calls/model-calls.ts'
import { vendorCalls } from '../../support/fixtures/vendor-calls.ts'

const never = new Promise<never>(() => undefined)

describe('the AI behind its limits', () => {
  const request = { model: 'm', system: '', prompt: '', name: 'n', schema: z.unknown(), maxTokens: 1 }

  it('sends at most four calls to the AI at once, and removes an aborted call from the queue', async () => {
    const { limits } = vendorCalls()
    let asked = 0
    const model: LanguageModel = {
      ask: () => {
        asked += 1
        return never
      },
    }
    const limitedModel = modelCalls(model, { ...limits, vendor: 'openai' })
    const patient = new AbortController().signal
    for (let i = 0; i < 4; i++) limitedModel.ask(request, patient).catch(() => undefined)
    const leaving = new AbortController()
    const waiting = Array.from({ length: 16 }, () => limitedModel.ask(request, leaving.signal))
    await expect(limitedModel.ask(request, patient)).rejects.toMatchObject({ code: 'busy' })
    leaving.abort(new Error('gone'))
    const ends = await Promise.allSettled(waiting)
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true)
    expect(asked).toBe(4)
  })

  it('sends no calls to the AI after five outages in a row, but does after refusals', async () => {
    const { limits, events } = vendorCalls()
    const errors = [
      ...Array.from({ length: 9 }, () => new PublisherError('ai_refused', 'No.')),
      ...Array.from({ length: 5 }, () => new PublisherError('ai_unavailable', 'Away.', { isOutage: true })),
    ]
    const { signal } = new AbortController()
    const model = modelCalls(
      { ask: async () => Promise.reject(errors.shift()) },
      { ...limits, vendor: 'openai' },
    )
    for (let i = 0; i < 14; i++) await model.ask(request, signal).catch(() => undefined)
    expect(events).toEqual(['openai open'])
    await expect(model.ask(request, signal)).rejects.toMatchObject({
      code: 'ai_unavailable',
      retryAfterMs: expect.any(Number),
    })
  })
})
