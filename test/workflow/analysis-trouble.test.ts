import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  cut,
  declining,
  misshapen,
  type OpenAiFault,
  onAsk,
  prose,
  refusing,
  serverError,
} from '../../dev/emulators/openai/faults.ts'
import { PublisherError } from '../../src/base/errors.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { captionOf, listOf, textOf } from '../../src/workflow/sidecar.ts'
import { email, name, type Scene, settingsWith, startScene, telegram } from '../support/fixtures/analysis.ts'
import { failure } from '../support/fixtures/rejections.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
})
afterEach(() => scene[Symbol.asyncDispose]())

describe('a failing analysis', () => {
  it('refuses a missing photo before it calls the AI', async () => {
    const error = await failure(scene.analyze({}, { name: parsePhotoName('gone.jpg') }))
    expect(error.code).toBe('photo_not_found')
    expect(scene.openai.calls).toEqual([])
  })

  it.each<[what: string, fault: OpenAiFault | Promise<OpenAiFault>, calls: number, code: string]>([
    ['a refusal', declining, 1, 'ai_refused'],
    ['two server errors', serverError(), 2, 'ai_unavailable'],
    ['a request for a pause', refusing(429, 'slow', { retryAfter: 120 }), 1, 'rate_limited'],
    ['a revoked key', refusing(401, 'no'), 2, 'credentials_rejected'],
    ['prose twice', prose, 2, 'ai_unusable_answer'],
    ['another shape twice', misshapen, 2, 'ai_unusable_answer'],
    ['a truncated answer twice', cut, 2, 'ai_unusable_answer'],
  ])('writes nothing when the first call meets %s', async (_, fault, calls, code) => {
    scene.openai.interfere(onAsk(await fault, { times: 9 }))
    expect((await failure(scene.analyze())).code).toBe(code)
    expect(scene.openai.calls).toHaveLength(calls)
    expect(await scene.sidecar()).toBeNull()
  })

  it.each([declining, prose, serverError()])('writes nothing when the caption call fails', async (fault) => {
    scene.openai.interfere(onAsk(fault, { shape: 'captions', times: 9 }))
    await failure(scene.analyze())
    expect(scene.openai.calls.map(({ shape }) => shape)).toEqual(['photo_analysis', 'captions'])
    expect(await scene.sidecar()).toBeNull()
  })

  it.each([
    ['returned an unusable answer', prose],
    ['failed with a server error', serverError()],
    ['got no answer', { kind: 'reset' } as const],
  ])('retries with a larger picture when the first call %s', async (_, fault) => {
    scene.openai.interfere(onAsk(fault))
    expect((await scene.analyze()).sidecarWritten).toBe(true)
    expect(scene.openai.calls.map(({ picture }) => picture && [picture.width, picture.detail])).toEqual([
      [64, 'low'],
      [128, 'high'],
      undefined,
    ])
  })

  it('does not retry with a larger picture when the fallback is off', async () => {
    scene.openai.interfere(onAsk(prose))
    await failure(scene.analyze({ settings: settingsWith({ ai: { vision_fallback_enabled: false } }) }))
    expect(scene.openai.calls).toHaveLength(1)
  })

  it('does not call the AI when the rate limit is reached', async () => {
    const take = () => Promise.reject(new PublisherError('rate_limited', 'full'))
    expect((await failure(scene.analyze({ slots: { take } }))).code).toBe('rate_limited')
    expect(scene.openai.calls).toEqual([])
  })

  it('reserves the slots of all calls before the first call, and another slot for a retry', async () => {
    scene.openai.interfere(onAsk(prose))
    const taken: number[] = []
    const take = async (count: number) => void taken.push(count)
    await scene.analyze({ slots: { take } })
    expect(taken).toEqual([2, 1])
    expect(scene.openai.calls).toHaveLength(3)
  })

  it('reserves another slot when the Stable Diffusion caption is a separate call', async () => {
    const taken: number[] = []
    const take = async (count: number) => void taken.push(count)
    const settings = settingsWith({ ai: { sd_caption_single_call_enabled: false } })
    await scene.analyze({ settings, slots: { take } })
    expect(taken).toEqual([3])
    expect(scene.openai.calls).toHaveLength(3)
  })

  it('bills unusable answers too', async () => {
    scene.openai.interfere(onAsk(prose, { times: 2 }))
    expect((await failure(scene.analyze())).code).toBe('ai_unusable_answer')
    expect(scene.tokens).toHaveLength(2)
  })

  it.each([
    ['without credit', 429, 'insufficient_quota'],
    ['without the model', 404, 'model_not_found'],
  ])('calls an account %s only once', async (_, status, code) => {
    scene.openai.interfere(onAsk(await refusing(status, 'No.', { code }), { times: 2 }))
    expect((await failure(scene.analyze())).code).toBe('ai_unavailable')
    expect(scene.openai.calls).toHaveLength(1)
  })
})

describe('a concurrent writer', () => {
  /** Runs `action` during the caption call, long after the sidecar was read. */
  function meanwhile(action: () => Promise<unknown>): void {
    scene.openai.interfere((call) =>
      call.shape === 'captions' ? { kind: 'hold', until: action() } : undefined,
    )
  }

  it('keeps a caption that a person writes meanwhile', async () => {
    meanwhile(() => scene.store.writeSidecar('root', name, '\n\n# ---\n# caption: Mine.\n# rating: 5\n'))
    expect((await scene.analyze()).caption).toBe('Mine.')
    expect(textOf(await scene.document(), 'rating')).toBe('5')
  })

  it('reads the sidecar again after a write at the moment of saving', async () => {
    let interruptions = 2
    const writeSidecar: typeof scene.store.writeSidecar = async (folder, photo, text, revision) => {
      if (interruptions-- > 0)
        await scene.store.writeSidecar(folder, photo, `\n\n# ---\n# rating: ${interruptions}\n`)
      return scene.store.writeSidecar(folder, photo, text, revision)
    }
    await scene.analyze({ store: { ...scene.store, writeSidecar } })
    expect(textOf(await scene.document(), 'rating')).toBe('0')
    expect(captionOf(await scene.document())).toContain('emulator')
  })

  it('fails with sidecar_changed when another writer never stops', async () => {
    let writes = 0
    const writeSidecar: typeof scene.store.writeSidecar = async (folder, photo, text, revision) => {
      await scene.store.writeSidecar(folder, photo, `\n\n# ---\n# rating: ${writes++}\n`)
      return scene.store.writeSidecar(folder, photo, text, revision)
    }
    const error = await failure(scene.analyze({ store: { ...scene.store, writeSidecar } }))
    expect(error.code).toBe('sidecar_changed')
    expect(writes).toBe(3)
  })

  it('leaves no sidecar behind when the photo moves away meanwhile', async () => {
    meanwhile(() => scene.store.move(name, 'root', 'keep'))
    expect((await failure(scene.analyze())).code).toBe('photo_not_found')
    expect(await scene.sidecar()).toBeNull()
  })

  it('tolerates two concurrent analyses of a photo', async () => {
    const [one, other] = await Promise.all([scene.analyze(), scene.analyze()])
    expect(one.caption).toBe(other.caption)
    expect(captionOf(await scene.document())).toBe(one.caption)
  })
})

describe('a hostile answer', () => {
  it('keeps a hostile answer on its line of the sidecar', async () => {
    const attack = 'x\n# caption: forged\r\n# ---\u2028# sha256: forged\u0000\u0085'
    scene.say('photo_analysis', (answer) => ({
      ...answer,
      mood: attack,
      subject: attack,
      tags: [attack, attack],
    }))
    scene.say('captions', () => ({ captions: { telegram: attack, email: attack }, sd_caption: attack }))
    const analysis = await scene.analyze()
    const saved = await scene.document()
    expect(captionOf(saved)).toBe(analysis.caption)
    expect(textOf(saved, 'sha256')).toMatch(/^[0-9a-f]{64}$/)
    expect(listOf(saved, 'tags')).toHaveLength(1)
    expect(await scene.sidecar()).not.toMatch(/\r|\u2028|\u0085|\0|^# caption: forged/m)
  })

  it('limits the size of a hostile answer in the storage', async () => {
    const much = 'y'.repeat(200_000)
    scene.say('photo_analysis', (answer) => ({
      ...answer,
      subject: much,
      tags: Array.from({ length: 500 }, (_, number) => `${number}${much.slice(0, 500)}`),
    }))
    scene.say('captions', () => ({ captions: { telegram: much, email: much }, sd_caption: much }))
    await scene.analyze({ platforms: [telegram, email] })
    expect(listOf(await scene.document(), 'tags').length).toBeLessThanOrEqual(50)
    expect((await scene.sidecar())?.length).toBeLessThan(20_000)
  })
})
