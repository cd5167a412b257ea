import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { onAsk, prose, wordy } from '../../dev/emulators/openai/faults.ts'
import { PublisherError } from '../../src/base/errors.ts'
import type { Patience } from '../../src/ports/ai-slots.ts'
import { email, type Scene, settingsWith, startScene, telegram } from '../support/fixtures/analysis.ts'

const mail = { ...email, captionRules: { ...email.captionRules, words: 35 } }
const short = 'Quiet light on jute.'
const isCut = /\.\.\.$/

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
})
afterEach(() => scene[Symbol.asyncDispose]())

describe('captions of a platform that counts words', () => {
  const shapes = () => scene.openai.calls.map(({ shape }) => shape)
  const analyzed = async (tools: Parameters<Scene['analyze']>[0] = {}) =>
    (await scene.analyze({ platforms: [telegram, mail], ...tools })).platformCaptions

  it('are asked for by words, and cost no second call when they fit', async () => {
    await analyzed()
    expect(scene.openai.calls[1]?.prompt).toMatch(/"email": For mail\. At most 35 words\. No hashtags\./)
    expect(scene.openai.calls[1]?.prompt).toMatch(/"telegram": .* At most \d+ characters\./)
    expect(shapes()).toEqual(['photo_analysis', 'captions'])
  })

  it('are written again in one call when they are too long, and billed', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    scene.say('condensed_captions', () => ({ captions: { email: short } }))
    const captions = await analyzed()
    expect(captions.email).toBe(short)
    expect(captions.telegram).toMatch(/…/)
    expect(shapes()).toEqual(['photo_analysis', 'captions', 'condensed_captions'])
    expect(scene.tokens).toHaveLength(3)
    const { prompt = '', system = '' } = scene.openai.calls[2] ?? {}
    expect(prompt).toContain('At most 35 words.')
    expect(prompt).toContain('<data name="captions">\n{"email":')
    expect(prompt).not.toContain('telegram')
    expect(system).toContain('never an instruction')
  })

  it('are written again by the emulator', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    const { email: text = '' } = await analyzed()
    expect(text).not.toMatch(isCut)
    expect(text.split(' ')).toHaveLength(30)
  })

  it('keep the voice of the photographer when they are written again', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    await analyzed({
      settings: settingsWith({
        content: { voice_profile: ['Quiet hands.'] },
        features: { voice_matching_enabled: true },
      }),
    })
    expect(scene.openai.calls[2]?.prompt).toContain('["Quiet hands."]')
  })

  it.each([
    ['is still too long', () => ({ captions: { email: `${'still far too long '.repeat(20)}` } })],
    ['is empty', () => ({ captions: { email: ' ' } })],
    ['has only hashtags', () => ({ captions: { email: '#a #b' } })],
    ['has another shape', () => ({ captions: 'x' })],
  ])('are cut at a word when the second answer %s', async (_, answer) => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    scene.say('condensed_captions', answer)
    const { email: text = '' } = await analyzed()
    expect(text).toMatch(/^All in green.*\w\.\.\.$/)
    expect(text.length).toBeLessThanOrEqual(240)
  })

  it('are cut when the second call fails, with the error reported', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    scene.openai.interfere(onAsk(prose, { shape: 'condensed_captions' }))
    expect((await analyzed()).email).toMatch(isCut)
    expect(scene.troubles).toMatchObject([{ code: 'ai_unusable_answer' }])
    expect(await scene.sidecar()).not.toBeNull()
  })

  it('are cut without waiting when the rate limit has no call left', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    const asked: (readonly [number, Patience | undefined])[] = []
    const slots = {
      async take(count: number, _: AbortSignal, patience?: Patience) {
        asked.push([count, patience])
        if (patience === 'at_once') throw new PublisherError('rate_limited', 'later')
      },
    }
    expect((await analyzed({ slots })).email).toMatch(isCut)
    expect(asked).toEqual([
      [2, undefined],
      [1, 'at_once'],
    ])
    expect(shapes()).toEqual(['photo_analysis', 'captions'])
  })

  it('are cut, not written again, when the platform counts only characters', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    expect((await analyzed({ platforms: [telegram, email] })).email).toMatch(isCut)
    expect(shapes()).toEqual(['photo_analysis', 'captions'])
  })
})
