import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  chatty,
  onAsk,
  refusing,
  thinking,
  toldWithStatus200,
  withoutChoices,
} from '../../../../dev/emulators/openai/faults.ts'
import { type OpenAiEmulator, startOpenAiEmulator } from '../../../../dev/emulators/openai.ts'
import { serving } from '../../../support/fakes/ai-gateway.ts'
import { key, modelAt } from '../../../support/fixtures/openai.ts'
import { failure } from '../../../support/fixtures/rejections.ts'

const never = new AbortController().signal
const schema = z.object({ description: z.string(), tags: z.array(z.string()), nsfw: z.boolean() })
const request = {
  model: 'some-model',
  system: 'You look at pictures.',
  prompt: 'What is it?',
  name: 'seen',
  schema,
  maxTokens: 700,
}
const seen = { description: 'A rope {coiled} "so".', tags: ['rope'], nsfw: false }
const json = JSON.stringify(seen)

let openai: OpenAiEmulator
beforeEach(async () => {
  openai = await startOpenAiEmulator({ keys: [key] })
})
afterEach(() => openai.close())

const model = (baseUrl = openai.url) => modelAt(baseUrl)

describe('an error in an answer with status 200', () => {
  const upstream = (code: unknown) => ({ message: 'Provider returned error', code })
  const choice = { index: 0, finish_reason: 'stop', message: { content: json } }

  it.each<[what: string, body: unknown, code: string, words: string, calls: number]>([
    ['429', { error: upstream(429) }, 'rate_limited', 'limiting requests', 3],
    ['"429"', { error: upstream('429') }, 'rate_limited', 'limiting requests', 3],
    [
      'a rate limit in words',
      { error: upstream('rate_limit_exceeded') },
      'rate_limited',
      'limiting requests',
      3,
    ],
    [
      'a rate limit by type',
      { error: { message: 'x', type: 'rate_limit_error' } },
      'rate_limited',
      'limiting requests',
      3,
    ],
    [
      '429 beside choices',
      { error: upstream(429), choices: [choice] },
      'rate_limited',
      'limiting requests',
      3,
    ],
    [
      '429 in a choice',
      { choices: [{ error: upstream(429), message: {} }] },
      'rate_limited',
      'limiting requests',
      3,
    ],
    [
      '429 beside `choices: null`',
      { error: upstream(429), choices: null },
      'rate_limited',
      'limiting requests',
      3,
    ],
    ['402', { error: upstream(402) }, 'ai_unavailable', 'no credit left', 1],
    ['no credit in words', { error: upstream('insufficient_quota') }, 'ai_unavailable', 'no credit left', 1],
    [
      '429 for no credit',
      { error: { ...upstream(429), type: 'insufficient_quota' } },
      'ai_unavailable',
      'no credit',
      1,
    ],
    ['500', { error: upstream(500) }, 'ai_unavailable', 'does not answer', 1],
    ['502', { error: upstream(502) }, 'ai_unavailable', 'does not answer', 1],
    ['503', { error: upstream(503) }, 'ai_unavailable', 'does not answer', 3],
    ['overload in words', { error: { type: 'overloaded_error' } }, 'ai_unavailable', 'does not answer', 3],
    ['no code', { error: { message: 'upstream failed' } }, 'ai_unavailable', 'does not answer', 1],
    ['a text', { error: 'upstream failed' }, 'ai_unavailable', 'does not answer', 1],
    [
      'a failed choice',
      { choices: [{ finish_reason: 'error', message: {} }] },
      'ai_unavailable',
      'does not answer',
      1,
    ],
    [
      'below the root',
      { object: 'error', message: 'slow', code: 429 },
      'rate_limited',
      'limiting requests',
      3,
    ],
    ['a message alone', { code: 50001, message: 'busy', data: null }, 'ai_unavailable', 'does not answer', 1],
    ['401', { error: upstream(401) }, 'credentials_rejected', 'API key', 2],
    ['404', { error: upstream('model_not_found') }, 'ai_unavailable', 'some-model', 1],
    ['a refusal', { error: upstream('content_policy_violation') }, 'ai_refused', 'declined', 1],
    ['moderation', { error: { code: 403, metadata: { reasons: ['sexual'] } } }, 'ai_refused', 'declined', 1],
    ['400', { error: upstream(400) }, 'ai_unusable_answer', 'rejected this photo', 1],
    [
      'missing permissions',
      { error: upstream('insufficient_permissions') },
      'ai_unavailable',
      'refused access',
      1,
    ],
    ['a failed balancer', { error: upstream('load_balancer_error') }, 'ai_unavailable', 'does not answer', 1],
    ['a low balance', { error: upstream('insufficient_balance') }, 'ai_unavailable', 'no credit left', 1],
    [
      'a credit that is used up',
      { error: upstream('credit_exhausted') },
      'ai_unavailable',
      'no credit left',
      1,
    ],
    [
      'a quota that is exceeded',
      { error: upstream('quota_exceeded') },
      'ai_unavailable',
      'no credit left',
      1,
    ],
    ['billing', { error: upstream('billing_not_active') }, 'ai_unavailable', 'no credit left', 1],
    ['an empty object alone', { error: {} }, 'ai_unavailable', 'does not answer', 1],
    [
      'an empty message beside a failed choice',
      { error: { message: '' }, choices: [{ finish_reason: 'error', message: {} }] },
      'ai_unavailable',
      'does not answer',
      1,
    ],
  ])('reports the error in an answer with status 200: %s', async (_, body, code, words, calls) => {
    const { baseUrl, requests } = await serving(body)
    const error = await failure(model(baseUrl).ask(request, never))
    expect([error.code, requests()]).toEqual([code, calls])
    expect(error.message).toContain(words)
  })

  it.each(
    [{}, [], { message: '', code: '' }, { message: null, code: null, type: null }, ' '].map((error) => ({
      error,
    })),
  )('ignores the error $error beside a good answer', async ({ error }) => {
    for (const body of [{ error, choices: [choice] }, { choices: [{ ...choice, error }] }]) {
      const { baseUrl } = await serving(body)
      expect((await model(baseUrl).ask(request, never)).value).toEqual(seen)
    }
  })

  it.each([{ finish_reason: 'content_filter' }, { finish_reason: 'content_filter', message: null }])(
    'reports a refusal when the choice is %j',
    async (filtered) => {
      const { baseUrl, requests } = await serving({ choices: [filtered] })
      expect((await failure(model(baseUrl).ask(request, never))).code).toBe('ai_refused')
      expect(requests()).toBe(1)
    },
  )

  it('passes on the pause that the server asks for', async () => {
    openai.interfere(onAsk(toldWithStatus200(upstream(429), { retryAfter: 120 })))
    const error = await failure(model().ask(request, never))
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 120_000 })
  })

  it('retries until the rate limit is over', async () => {
    openai.interfere(onAsk(toldWithStatus200(upstream(429)), { times: 2 }))
    expect((await model().ask(request, never)).value.nsfw).toBe(false)
    expect(openai.calls).toHaveLength(3)
  })

  it('omits a field that the error names', async () => {
    openai.interfere((call) =>
      call.store === undefined
        ? undefined
        : toldWithStatus200({ message: 'unknown field: store', code: 400 }),
    )
    expect((await model().ask(request, never)).value.nsfw).toBe(false)
    expect(openai.calls.map(({ store }) => store)).toEqual([false, undefined])
  })

  it('reports the tokens that the server counted', async () => {
    const { baseUrl } = await serving({ error: upstream(502), choices: [choice], usage: { total_tokens: 7 } })
    const tokens: number[] = []
    await failure(model(baseUrl).ask(request, never, (taken) => void tokens.push(taken)))
    expect(tokens).toEqual([7])
  })

  it('rejects a request for the list of models when the answer is an error', async () => {
    const { baseUrl } = await serving({ error: upstream(401) })
    const listed = model(baseUrl).listModels?.(never)
    expect((await failure(listed ?? Promise.resolve())).code).toBe('credentials_rejected')
  })
})

describe('an error that OpenAI does not send', () => {
  it('reports an account without credit when the status is 402', async () => {
    openai.interfere(onAsk(await refusing(402, 'Insufficient Balance'), { times: 9 }))
    const error = await failure(model().ask(request, never))
    expect(error).toMatchObject({
      code: 'ai_unavailable',
      message: expect.stringContaining('no credit left'),
    })
    expect(openai.calls).toHaveLength(1)
  })

  it('reports the error of the status when the error’s code is a number', async () => {
    const body = JSON.stringify({ error: { message: 'bad', code: 400, type: 7 } })
    openai.interfere(onAsk({ kind: 'answer', status: 400, body }))
    expect((await failure(model().ask(request, never))).code).toBe('ai_unusable_answer')
  })
})

describe('a missing answer', () => {
  it.each([
    ['choices are null', { choices: null }],
    ['choices are missing', { id: 'x', object: 'chat.completion' }],
    ['choices are empty', { choices: [] }],
    ['the choice is null', { choices: [null] }],
    ['the message is null', { choices: [{ message: null }] }],
    ['the message is missing', { choices: [{ finish_reason: 'stop' }] }],
  ])('retries and reports an outage when %s', async (_, body) => {
    const { baseUrl, requests } = await serving(body)
    const error = await failure(model(baseUrl).ask(request, never))
    expect(error).toMatchObject({ code: 'ai_unavailable', isOutage: true })
    expect(error.message).toContain('does not answer at the moment')
    expect(requests()).toBe(3)
  })

  it('uses the answer of the next attempt, and reports the tokens of both', async () => {
    openai.interfere(onAsk(withoutChoices))
    const tokens: number[] = []
    await model().ask(request, never, (taken) => void tokens.push(taken))
    expect(tokens).toEqual([10, expect.any(Number)])
  })
})

describe('the JSON object in an answer', () => {
  it.each([
    ['thoughts with braces', thinking],
    ['words with braces', chatty],
  ])('finds the JSON object behind %s', async (_, fault) => {
    openai.interfere(onAsk(fault))
    expect((await model().ask(request, never)).value.nsfw).toBe(false)
    expect(openai.calls).toHaveLength(1)
  })

  const draft = '{"description":"a draft","tags":[],"nsfw":true}'
  it.each<[where: string, message: object]>([
    ['behind a draft in the thoughts', { content: `<think>${draft}</think>${json}` }],
    ['behind thoughts that were not opened', { content: `So {"a": 1} it is.\n</think>\n\n${json}` }],
    ['in a fence behind thoughts', { content: `<think>\`\`\`{x}</think>\n\`\`\`json\n${json}\n\`\`\`` }],
    ['behind an object of another shape', { content: `{"plan": "look"}\n${json}\nDone {really}.` }],
    ['behind a brace that nothing closes', { content: `A brace { "alone:\n${json}` }],
    [
      'in parts',
      {
        content: [
          { type: 'text', text: json.slice(0, 9) },
          { type: 'text', text: json.slice(9) },
        ],
      },
    ],
    [
      'beside parts that are not text',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: '{}' }] },
          { type: 'text', text: json },
        ],
      },
    ],
    ['not encoded as a string', { content: seen }],
    ['beside its reasoning', { content: json, reasoning_content: draft }],
    ['only in the reasoning', { content: '', reasoning_content: json }],
    ['only in the reasoning, under its other name', { content: null, reasoning: json }],
  ])('finds the JSON object %s', async (_, message) => {
    const { baseUrl } = await serving({ choices: [{ finish_reason: 'stop', message }] })
    expect((await model(baseUrl).ask(request, never)).value).toEqual(seen)
  })

  it.each([
    ['only thoughts', '<think>I wonder about {this}'],
    ['an object only in its thoughts', '<think>{"a":1}</think>'],
    ['nothing', ''],
  ])('fails the call when the content has %s', async (_, content) => {
    const { baseUrl } = await serving({ choices: [{ message: { content } }] })
    expect((await failure(model(baseUrl).ask(request, never))).code).toBe('ai_unusable_answer')
  })

  it('finds the JSON object when the answer is labelled as plain text', async () => {
    const { baseUrl } = await serving({ choices: [{ message: { content: json } }] }, 'text/plain')
    expect((await model(baseUrl).ask(request, never)).value).toEqual(seen)
  })
})
