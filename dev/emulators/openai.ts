/**
 * Emulates OpenAI's Chat Completions on this machine (`OPENAI_BASE_URL`, which ends with `/v1`). The emulator examines the
 * pictures and answers in the requested shape. Its answers say that they come from an emulator. Tests can inject faults.
 */
import { pause } from '../../src/base/time.ts'
import { defaultCaptionModel } from '../../src/workflow/analysis/captions.ts'
import { defaultVisionModel } from '../../src/workflow/analysis/vision.ts'
import { ConnectionBroken, type Fault, spoiled } from './dropbox/faults.ts'
import { type EmulatorServer, listenOnLoopback } from './dropbox/server.ts'
import { callOf, usageOf } from './openai/call.ts'
import type { OpenAiCall, OpenAiFaultRule } from './openai/faults.ts'
import { type Lack, refuseUnknown, schemaOf } from './openai/shape.ts'
import {
  type CompletionRequest,
  completion,
  Refusal,
  refused,
  requestSchema,
  type Said,
} from './openai/wire.ts'
import { fill, sceneIn, sceneOf } from './openai/words.ts'

export interface OpenAiEmulatorOptions {
  /** Valid keys. */
  keys: readonly string[]
  /** Port on 127.0.0.1. 0, the default, means any free port. */
  port?: number
  /** Delay of each answer. Default: 0 ms. */
  delayMs?: number
  /** Features to refuse with 400, as other servers do. Default: none. */
  lacks?: readonly Lack[]
  /** Models that exist. Default: every name. */
  models?: readonly string[]
  /** Clock in milliseconds. Default: `Date.now`. */
  now?: () => number
}

export interface OpenAiEmulator extends EmulatorServer {
  /** Calls so far, oldest first; the last ten thousand. */
  readonly calls: readonly OpenAiCall[]
  addKey(key: string): void
  /** Refuses the key from now on. */
  revoke(key: string): void
  /** Applies the rule to all further requests for completions. Returns a function that removes the rule. */
  interfere(rule: OpenAiFaultRule): () => void
  /** Spoils all further lists of models, until it is called with `undefined`. */
  spoilModels(fault: Fault | undefined): void
}

const maxCallsKept = 10_000

/** Starts an emulator that runs until closed. Its `url` ends with `/v1`. */
export async function startOpenAiEmulator(options: OpenAiEmulatorOptions): Promise<OpenAiEmulator> {
  const { port = 0, now = Date.now, delayMs = 0, lacks = [], models } = options
  const keys = new Set(options.keys)
  const calls: OpenAiCall[] = []
  const rules = new Set<OpenAiFaultRule>()
  let modelsFault: Fault | undefined

  async function fetch(request: Request): Promise<Response> {
    try {
      const key = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
      const route = `${request.method} ${new URL(request.url).pathname}`
      if (route === 'POST /v1/chat/completions') return await complete(request, key)
      const list = async () => (keys.has(key) ? modelList(models) : refused(wrongKey(key)))
      if (route === 'GET /v1/models') return await spoiled(modelsFault, list)
      if (!keys.has(key)) throw wrongKey(key)
      throw new Refusal(404, 'Unknown request URL')
    } catch (error) {
      if (error instanceof Refusal) return refused(error)
      throw error
    }
  }

  async function complete(request: Request, key: string): Promise<Response> {
    const asked = requestSchema.safeParse(await request.json().catch(() => undefined))
    if (!asked.success) throw new Refusal(400, 'We could not parse the JSON body of your request.')
    const call = await callOf(asked.data, key, [...request.headers.keys()], now())
    calls.push(call)
    if (calls.length > maxCallsKept) calls.shift()
    // Every rule sees every call, so that each can count.
    const [fault] = [...rules].map((rule) => rule(call)).filter((found) => found !== undefined)
    if (fault?.kind === 'reset') throw new ConnectionBroken()
    const http = fault?.kind === 'say' ? undefined : fault
    const instead = fault?.kind === 'say' ? fault.instead : () => ({})
    const response = await spoiled(http, async () => {
      if (delayMs > 0) await pause(delayMs)
      return answer(asked.data, call, instead)
    })
    call.status = response.status
    return response
  }

  function answer(
    asked: CompletionRequest,
    call: OpenAiCall,
    instead: (answer: string) => Partial<Said>,
  ): Response {
    try {
      if (!keys.has(call.key)) throw wrongKey(call.key)
      if (models && !models.includes(call.model)) {
        const message = `The model \`${call.model}\` does not exist or you do not have access to it.`
        throw new Refusal(404, message, { code: 'model_not_found' })
      }
      refuseUnknown(asked, lacks)
      const schema = schemaOf(asked, call.prompt)
      const scene = call.picture ? sceneOf(call.picture) : sceneIn(call.prompt)
      const content = schema ? JSON.stringify(fill(schema, scene)) : scene.description
      const said: Said = { content, refusal: null, finish_reason: 'stop', ...instead(content) }
      return completion(call.model, said, usageOf(call, said), call.at)
    } catch (error) {
      if (error instanceof Refusal) return refused(error)
      throw error
    }
  }

  const server = await listenOnLoopback(fetch, port)
  return {
    close: server.close,
    url: `${server.url}/v1`,
    calls,
    addKey: (key) => void keys.add(key),
    revoke: (key) => void keys.delete(key),
    spoilModels(fault) {
      modelsFault = fault
    },
    interfere(rule) {
      rules.add(rule)
      return () => void rules.delete(rule)
    },
  }
}

function modelList(ids: readonly string[] = [defaultVisionModel, defaultCaptionModel, 'emulated']): Response {
  const data = ids.map((id) => ({ id, object: 'model', created: 0, owned_by: 'emulator' }))
  return Response.json({ object: 'list', data })
}

/** Refuses a key as OpenAI does, with the key in the message. */
function wrongKey(key: string): Refusal {
  return new Refusal(401, `Incorrect API key provided: ${key}.`, { code: 'invalid_api_key' })
}
