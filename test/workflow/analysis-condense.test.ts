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

const shapes = () => scene.openai.calls.map(({ shape }) => shape)
const analyzed = async (tools: Parameters<Scene['analyze']>[0] = {}) =>
  (await scene.analyze({ platforms: [telegram, mail], ...tools })).platformCaptions

describe('a platform that counts words', () => {
  it('gets captions by words, without a second call when they fit', async () => {
    await analyzed()
    expect(scene.openai.calls[1]?.prompt).toMatch(/"email": For mail\. At most 35 words\. No hashtags\./)
    expect(scene.openai.calls[1]?.prompt).toContain('"telegram": For a channel. At most 912 characters.')
    expect(shapes()).toEqual(['photo_analysis', 'captions'])
  })

  it('has captions that are too long written again in one call, which is billed', async () => {
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

  it('gets a shorter caption from the emulator', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    const { email: text = '' } = await analyzed()
    expect(text).not.toMatch(isCut)
    expect(text).toMatch(/\w\.$/)
    expect(text.split(' ').length).toBeLessThanOrEqual(30)
  })

  it('keeps the voice of the photographer in the second call', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    await analyzed({
      settings: settingsWith({
        content: { voice_profile: ['Quiet hands.'] },
        features: { voice_matching_enabled: true },
      }),
    })
    expect(scene.openai.calls[2]?.prompt).toContain('["Quiet hands."]')
  })
})

describe('a second call for shorter captions', () => {
  it.each([
    ['is still too long', () => ({ captions: { email: `${'still far too long '.repeat(20)}` } })],
    ['is empty', () => ({ captions: { email: ' ' } })],
    ['has only hashtags', () => ({ captions: { email: '#a #b' } })],
    ['has another shape', () => ({ captions: 'x' })],
  ])('cuts the caption at a word when the second answer %s', async (_, answer) => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    scene.say('condensed_captions', answer)
    const { email: text = '' } = await analyzed()
    expect(text).toMatch(/^All in green.*\w\.\.\.$/)
    expect(text.length).toBeLessThanOrEqual(240)
  })

  it('cuts the caption and reports the error when the second call fails', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    scene.openai.interfere(onAsk(prose, { shape: 'condensed_captions' }))
    expect((await analyzed()).email).toMatch(isCut)
    expect(scene.troubles).toMatchObject([{ code: 'ai_unusable_answer' }])
    expect(await scene.sidecar()).not.toBeNull()
  })

  it('cuts the caption without waiting when the rate limit has no call left', async () => {
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

  it('cuts the caption when the platform counts only characters', async () => {
    scene.openai.interfere(onAsk(wordy, { shape: 'captions' }))
    expect((await analyzed({ platforms: [telegram, email] })).email).toMatch(isCut)
    expect(shapes()).toEqual(['photo_analysis', 'captions'])
  })
})
