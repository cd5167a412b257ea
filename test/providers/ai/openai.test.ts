import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import type { Fault } from '../../../dev/emulators/dropbox/faults.ts'
import {
  cut,
  declining,
  fenced,
  filtered,
  malformed,
  misshapen,
  type OpenAiFault,
  onAsk,
  prose,
  refusing,
  serverError,
} from '../../../dev/emulators/openai/faults.ts'
import { type OpenAiEmulator, startOpenAiEmulator } from '../../../dev/emulators/openai.ts'
import type { RetryPolicy } from '../../../src/base/retry.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { ModelRequest } from '../../../src/ports/language-model.ts'
import { createOpenAiModel, type OpenAiModelOptions } from '../../../src/providers/ai/openai.ts'
import {
  describeLanguageModel,
  type ModelScene,
  type ModelTrouble,
} from '../../support/contracts/language-model.ts'
import { serving } from '../../support/fakes/ai-gateway.ts'
import { key, modelAt } from '../../support/fixtures/openai.ts'
import { plain, red } from '../../support/fixtures/pictures.ts'
import { credentialsOf } from '../../support/fixtures/posts.ts'
import { hasty, quick } from '../../support/fixtures/quick-retry.ts'
import { failure } from '../../support/fixtures/rejections.ts'

const never = new AbortController().signal
const schema = z.object({ description: z.string().max(500), tags: z.array(z.string()), nsfw: z.boolean() })
type Seen = z.output<typeof schema>

let openai: OpenAiEmulator

beforeEach(async () => {
  openai = await startOpenAiEmulator({ keys: [key] })
})
afterEach(() => openai.close())

const model = (options: Partial<OpenAiModelOptions> = {}) => modelAt(openai.url, options)

function request(fields: Partial<ModelRequest<Seen>> = {}): ModelRequest<Seen> {
  return {
    model: 'some-model',
    system: 'You look at pictures.',
    prompt: 'What is it?',
    name: 'seen',
    schema,
    maxTokens: 700,
    ...fields,
  }
}

async function picture(): Promise<NonNullable<ModelRequest<Seen>['picture']>> {
  const bytes = new Uint8Array(await plain(60, 40, red).jpeg().toBuffer())
  return { bytes, mediaType: 'image/jpeg', detail: 'low' }
}

/** Starts a server for a single case of the suite. */
async function openScene(): Promise<ModelScene> {
  const server = await startOpenAiEmulator({ keys: [key] })
  const troubles = {
    refusal: declining,
    misshapen,
    cut,
    'rate limit': refusing(429, `Rate limit reached for ${key}`, { retryAfter: 120 }),
    error: serverError(),
  } satisfies Record<ModelTrouble, OpenAiFault | Promise<OpenAiFault>>
  const revoked = { api_key: new Secret('sk-canary-that-was-revoked') }
  const good = { api_key: new Secret(key) }
  const credentials = {
    good: () => credentialsOf(good),
    bad: () => credentialsOf(revoked),
    stale: () => credentialsOf(revoked, good),
  }
  return {
    model: (kind = 'good') => modelAt(server.url, { credentials: credentials[kind]() }),
    asked: () => server.calls.length,
    async trouble(kind) {
      server.interfere(onAsk(await troubles[kind], { times: Number.POSITIVE_INFINITY }))
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.interfere(() => {
        resolve()
        return { kind: 'hold', until: new Promise<never>(() => undefined) }
      })
      return promise
    },
    stop: server.close,
  }
}

describeLanguageModel('OpenAI', openScene)

describe('a question', () => {
  it('returns an answer of the requested shape, with the server’s token count', async () => {
    const tokens: number[] = []
    const count = (taken: number) => tokens.push(taken)
    const answer = await model().ask(request({ picture: await picture() }), never, count)
    expect(answer.value).toMatchObject({ description: expect.stringContaining('red'), nsfw: false })
    expect(answer.model).toBe('some-model-emulated')
    expect(tokens).toEqual([expect.any(Number)])
  })

  it('sends the picture, a token limit and a strict schema, and disables storing', async () => {
    await model().ask(request({ picture: await picture() }), never)
    expect(openai.calls).toMatchObject([
      {
        key,
        shape: 'seen',
        format: 'json_schema',
        store: false,
        limit: 'max_completion_tokens',
        system: 'You look at pictures.',
        prompt: 'What is it?',
        picture: { width: 60, height: 40, format: 'jpeg', detail: 'low' },
      },
    ])
  })

  it('asks a question without a picture', async () => {
    await model().ask(request(), never)
    expect(openai.calls).toMatchObject([{ picture: undefined }])
  })

  it('uses nothing from the environment of the process', async () => {
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1/v1')
    vi.stubEnv('OPENAI_API_KEY', 'sk-canary-of-the-process')
    vi.stubEnv('OPENAI_ADMIN_KEY', 'sk-canary-of-the-admin')
    vi.stubEnv('OPENAI_ORG_ID', 'org-of-the-process')
    vi.stubEnv('OPENAI_PROJECT_ID', 'project-of-the-process')
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'Authorization: Bearer sk-canary-of-others\nX-Canary: 1')
    try {
      await model().ask(request(), never)
      const urls: string[] = []
      const fetch = async (url: string) => {
        urls.push(url)
        return Response.json({}, { status: 400 })
      }
      await failure(
        createOpenAiModel({ credentials: credentialsOf({ api_key: new Secret(key) }), fetch }).ask(
          request(),
          never,
        ),
      )
      expect(urls).toEqual(['https://api.openai.com/v1/chat/completions'])
    } finally {
      vi.unstubAllEnvs()
    }
    expect(openai.calls).toMatchObject([{ key }])
    expect(openai.calls[0]?.headers.filter((name) => /openai|canary|stainless/.test(name))).toEqual([])
  })

  it('accepts a base URL with a trailing slash', async () => {
    await model({ baseUrl: `${openai.url}/` }).ask(request(), never)
    expect(openai.calls).toHaveLength(1)
  })
})

describe('a failed question', () => {
  const forever = new Promise<never>(() => {})
  const soon = { retryAfter: 0 }
  const cases: [what: string, fault: OpenAiFault | Promise<Fault>, code: string, calls: number][] = [
    ['silence', { kind: 'hold', until: forever }, 'ai_unavailable', 1],
    ['a broken connection', { kind: 'reset' }, 'ai_unavailable', 1],
    ['a connection that breaks before the answer', { kind: 'answer-lost' }, 'ai_unavailable', 1],
    [
      'an answer that stops halfway',
      { kind: 'hold-tail', afterBytes: 30, until: forever },
      'ai_unavailable',
      1,
    ],
    ['500', serverError(), 'ai_unavailable', 1],
    ["500 in the API's own format", refusing(500, 'The server had an error'), 'ai_unavailable', 1],
    ['502', serverError(502), 'ai_unavailable', 1],
    ['503, which is safe to retry', serverError(503), 'ai_unavailable', 3],
    ['an HTML page instead of an answer', malformed(), 'ai_unavailable', 1],
    ['broken JSON', malformed('{"choices":[{'), 'ai_unavailable', 1],
    ['an answer without choices', malformed('{"choices":[]}'), 'ai_unavailable', 3],
    ['a redirect', redirect(), 'ai_unavailable', 1],
    ['a refusal', declining, 'ai_refused', 1],
    ['the content filter', filtered, 'ai_refused', 1],
    ['a refusal by policy', refusing(400, 'no', { code: 'content_policy_violation' }), 'ai_refused', 1],
    ['prose', prose, 'ai_unusable_answer', 1],
    ['an answer that was cut off', cut, 'ai_unusable_answer', 1],
    ['JSON of another shape', misshapen, 'ai_unusable_answer', 1],
    [
      'an unreadable picture',
      refusing(400, 'bad', { code: 'invalid_image_format' }),
      'ai_unusable_answer',
      1,
    ],
    ['a request that is too large', refusing(413, 'too large'), 'ai_unusable_answer', 1],
    ['403', refusing(403, 'Country not supported'), 'ai_unavailable', 1],
    ['404', refusing(404, 'no such model', { code: 'model_not_found' }), 'ai_unavailable', 1],
    ['two 401s', refusing(401, `Incorrect API key provided: ${key}`), 'credentials_rejected', 2],
    ['429 at every attempt', refusing(429, 'Rate limit reached', soon), 'rate_limited', 3],
    ['429 without a pause', refusing(429, 'Rate limit reached'), 'rate_limited', 3],
    ['429 with a pause that is too long', refusing(429, 'slow', { retryAfter: 120 }), 'rate_limited', 1],
    [
      'an account without credit',
      refusing(429, 'You exceeded your quota', { code: 'insufficient_quota' }),
      'ai_unavailable',
      1,
    ],
  ]

  it.each(cases)('reports the expected error after %s', async (_, fault, code, calls) => {
    const trouble = await fault
    openai.interfere(onAsk(trouble, { times: Number.POSITIVE_INFINITY }))
    const asked = model({ retry: patienceWith(trouble) })
    const error = await failure(asked.ask(request({ picture: await picture() }), never))
    expect(error.code).toBe(code)
    expect(openai.calls).toHaveLength(calls)
  })

  it.each(cases.filter(([, , code]) => code === 'ai_unavailable'))(
    'answers the next question after %s',
    async (_, fault) => {
      const trouble = await fault
      const end = openai.interfere(onAsk(trouble, { times: Number.POSITIVE_INFINITY }))
      const asked = model({ retry: patienceWith(trouble) })
      await failure(asked.ask(request(), never))
      end()
      expect((await asked.ask(request(), never)).value.nsfw).toBe(false)
    },
  )

  function patienceWith(trouble: OpenAiFault): RetryPolicy {
    return 'until' in trouble ? hasty : quick
  }

  function redirect(): Fault {
    const headers = { location: 'http://127.0.0.1:1/v1/chat/completions' }
    return { kind: 'answer', status: 307, body: '', headers }
  }

  it('retries after 429 and 503 within a call', async () => {
    openai.interfere(onAsk(await refusing(429, 'Rate limit reached', { retryAfter: 0 })))
    openai.interfere(onAsk(serverError(503), { nth: 2 }))
    expect((await model().ask(request(), never)).value.nsfw).toBe(false)
    expect(openai.calls).toHaveLength(3)
  })

  it('reports a pause that is too long for a request', async () => {
    openai.interfere(onAsk(await refusing(429, 'Rate limit reached', { retryAfter: 120 })))
    const error = await failure(model().ask(request(), never))
    expect(error.retryAfterMs).toBe(120_000)
  })

  it('reports that the account has no credit left', async () => {
    openai.interfere(onAsk(await refusing(429, 'quota', { code: 'insufficient_quota' })))
    expect((await failure(model().ask(request(), never))).message).toContain('no credit left')
  })

  it('names the missing model in the error', async () => {
    await openai.close()
    openai = await startOpenAiEmulator({ keys: [key], models: ['another'] })
    const error = await failure(model().ask(request(), never))
    expect(error).toMatchObject({ code: 'ai_unavailable', message: expect.stringContaining('some-model') })
  })

  it('ends within the deadline when the server asks for longer pauses', async () => {
    openai.interfere(onAsk(await refusing(429, 'slow', { retryAfter: 60 }), { times: 9 }))
    // The cap allows a pause of a minute, which would outlast this test.
    const retry = { ...quick, attempts: 9, capMs: 90_000, deadlineMs: 2000 }
    expect((await failure(model({ retry }).ask(request(), never))).code).toBe('rate_limited')
    expect(openai.calls).toHaveLength(1)
  })
})

describe('the API key', () => {
  const stale = { api_key: new Secret('sk-canary-that-was-revoked') }
  const good = { api_key: new Secret(key) }

  it('resolves the API key again, once, when the server refuses it', async () => {
    const credentials = credentialsOf(stale, good)
    await model({ credentials }).ask(request(), never)
    expect(openai.calls.map(({ status }) => status)).toEqual([401, 200])
    expect(credentials.rejected).toEqual([stale])
  })

  it('redacts the API key in errors that quote it', async () => {
    openai.interfere(onAsk(await refusing(400, `What is ${key}? And "sk-canary*****lice"?`)))
    const error = await failure(model().ask(request(), never))
    expect(error.cause).toMatchObject({ message: expect.stringContaining('[redacted]') })
  })

  it('sends neither the API key nor the picture to the target of a redirect', async () => {
    const elsewhere = await startOpenAiEmulator({ keys: [key] })
    onTestFinished(elsewhere.close)
    const headers = { location: `${elsewhere.url}/chat/completions` }
    openai.interfere(onAsk({ kind: 'answer', status: 307, body: '', headers }))
    await failure(model().ask(request({ picture: await picture() }), never))
    expect(elsewhere.calls).toEqual([])
  })
})

describe('a compatible server', () => {
  it.each([
    ['json_schema', ['json_schema'] as const, ['json_schema', 'json_object']],
    ['response_format', ['json_schema', 'json_object'] as const, ['json_schema', 'json_object', 'text']],
  ])('puts the schema into the prompt when the server does not know %s', async (_, lacks, formats) => {
    await openai.close()
    openai = await startOpenAiEmulator({ keys: [key], lacks })
    const answer = await model().ask(request({ picture: await picture() }), never)
    expect(answer.value.description).toContain('red')
    expect(openai.calls.map(({ format }) => format)).toEqual(formats)
    expect(openai.calls.at(-1)?.prompt).toContain('"properties":{"description"')
  })

  it('omits fields that the server does not know', async () => {
    await openai.close()
    openai = await startOpenAiEmulator({ keys: [key], lacks: ['store', 'max_completion_tokens'] })
    await model().ask(request(), never)
    expect(openai.calls.at(-1)).toMatchObject({
      store: undefined,
      limit: 'max_tokens',
      format: 'json_schema',
    })
  })

  it('sends a refused field only once per model', async () => {
    await openai.close()
    const lacks = ['json_schema', 'json_object', 'store', 'max_completion_tokens'] as const
    openai = await startOpenAiEmulator({ keys: [key], lacks })
    const asked = model()
    await asked.ask(request(), never)
    expect(openai.calls).toHaveLength(5)
    await asked.ask(request(), never)
    expect(openai.calls).toHaveLength(6)
    await asked.ask(request({ model: 'another' }), never)
    expect(openai.calls).toHaveLength(11)
  })

  it.each([
    ['below the root', { object: 'error', message: 'Extra inputs are not permitted: store', code: 400 }, 400],
    ['as pydantic writes them', { detail: [{ type: 'extra_forbidden', loc: ['body', 'store'] }] }, 422],
    ['as plain text', 'unknown field `store`', 400],
    ['as a string below `error`', { error: 'unknown field store' }, 400],
  ])('omits a refused field that the server reports %s', async (_, refusal, status) => {
    const body = typeof refusal === 'string' ? refusal : JSON.stringify(refusal)
    const headers = { 'content-type': typeof refusal === 'string' ? 'text/plain' : 'application/json' }
    openai.interfere((call) =>
      call.store === undefined ? undefined : { kind: 'answer', status, body, headers },
    )
    await model().ask(request(), never)
    expect(openai.calls.map(({ store }) => store)).toEqual([false, undefined])
  })

  it('accepts JSON in a fence between words', async () => {
    openai.interfere(onAsk(fenced))
    expect((await model().ask(request(), never)).value.nsfw).toBe(false)
  })

  it('accepts an answer without the fields that OpenAI always sends', async () => {
    const content = JSON.stringify({ description: 'A rope.', tags: [], nsfw: false, extra: 1 })
    const { baseUrl } = await serving({ choices: [{ message: { content } }] })
    const onTokens = () => expect.unreachable('nothing was counted')
    expect(await model({ baseUrl }).ask(request(), never, onTokens)).toEqual({
      value: { description: 'A rope.', tags: [], nsfw: false },
      model: 'some-model',
    })
  })

  it.each([
    ['without JSON', { message: { content: 'I see a rope.' } }, 'ai_unusable_answer'],
    ['cut off', { finish_reason: 'length', message: { content: '{"desc' } }, 'ai_unusable_answer'],
    ['with a refusal', { message: { refusal: 'No.' } }, 'ai_refused'],
  ])('counts the tokens of an answer %s', async (_, choice, code) => {
    const { baseUrl } = await serving({ choices: [choice], usage: { total_tokens: 123 } })
    const tokens: number[] = []
    const asked = model({ baseUrl }).ask(request(), never, (taken) => void tokens.push(taken))
    expect((await failure(asked)).code).toBe(code)
    expect(tokens).toEqual([123])
  })

  it('refuses an answer that does not match the schema', async () => {
    const content = JSON.stringify({ description: 'x'.repeat(501), tags: [], nsfw: false })
    const { baseUrl } = await serving({ choices: [{ message: { content } }] })
    const error = await failure(model({ baseUrl }).ask(request(), never))
    expect(error.code).toBe('ai_unusable_answer')
  })
})
