import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CaptionRules } from '../../src/ports/publisher.ts'
import { hashtagsOf } from '../../src/workflow/captions/hashtags.ts'
import { email, type Scene, settingsWith, startScene, telegram } from '../support/fixtures/analysis.ts'

const instagramRules: CaptionRules = { ...telegram.captionRules, maxLength: 2200, maxHashtags: 5 }
const instagram = { ...telegram, platform: 'instagram' as const, captionRules: instagramRules }
const all = [telegram, instagram, email]
const seeded = settingsWith({ content: { hashtag_string: '#Shibari #RopeArt' } })

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
})
afterEach(() => scene[Symbol.asyncDispose]())

describe('smart hashtags', () => {
  /** Lets the AI answer with these texts and hashtags. */
  function answering(hashtags: unknown, text = 'Tied at dawn.'): void {
    scene.say('captions', ({ sd_caption }) => ({
      captions: { telegram: text, instagram: text, email: text },
      ...(hashtags !== undefined && { hashtags }),
      sd_caption,
    }))
  }
  const captions = async (settings = seeded) =>
    (await scene.analyze({ settings, platforms: all })).platformCaptions

  it('asks for hashtags in the call that writes the captions', async () => {
    await captions()
    expect(scene.openai.calls.map(({ shape }) => shape)).toEqual(['photo_analysis', 'captions'])
    const prompt = scene.openai.calls[1]?.prompt ?? ''
    expect(prompt).toMatch(/"telegram": .* List up to 8 hashtags in "hashtags"\./)
    expect(prompt).toMatch(/"instagram": .* List up to 3 hashtags in "hashtags"\./)
    expect(prompt).toMatch(/"email": .* No hashtags\./)
    expect(prompt).toContain('["#Shibari","#RopeArt"]')
  })

  it('puts the tenant’s hashtags first, then the AI’s, all in lower case', async () => {
    answering({ telegram: ['GoldenHour', '#rope art', 'SHIBARI'], instagram: ['a', 'b', 'c', 'd', 'e'] })
    expect(await captions()).toEqual({
      telegram: 'Tied at dawn.\n\n#shibari #ropeart #goldenhour',
      instagram: 'Tied at dawn.\n\n#shibari #ropeart #a #b #c',
      email: 'Tied at dawn.',
    })
  })

  it('drops words that no platform reads as hashtags', async () => {
    answering({ telegram: ['', '#', '2026', '🔥', 'golden-hour!', '##Jute', '#a#b', ' #c, d '] })
    const { telegram: caption = '' } = await captions(settingsWith({}))
    expect(hashtagsOf(caption)).toEqual(['#goldenhour', '#jute', '#a', '#b', '#c', '#d'])
  })

  it.each([
    ['missing', undefined],
    ['null', null],
    ['a text', '#x #y'],
    ['a list', ['x']],
    ['of other platforms', { flickr: ['x'] }],
    ['of other types', { telegram: [1, 2], instagram: 'x' }],
  ])('counts the hashtags of the text when the list is %s', async (_, hashtags) => {
    answering(hashtags, 'Tied #Dawn at dawn. #jute #SHIBARI')
    expect((await captions()).telegram).toBe('Tied at dawn.\n\n#shibari #ropeart #dawn #jute')
  })

  it('moves hashtags of the text behind the listed ones, without doubling any', async () => {
    answering({ telegram: ['jute', 'dawn'] }, 'Tied. #Dawn #rope')
    expect((await captions(settingsWith({}))).telegram).toBe('Tied.\n\n#jute #dawn #rope')
  })

  it('cuts the text for the tenant’s hashtags, and drops the AI’s hashtags for the text', async () => {
    answering({ telegram: ['x'.repeat(60)] }, 'word '.repeat(400))
    const { telegram: caption = '' } = await captions()
    expect(caption.length).toBeLessThanOrEqual(1024)
    expect(caption).toMatch(/word…\n\n#shibari #ropeart$/)
  })

  it('writes the tenant’s hashtags as typed, and asks for none, when smart hashtags are off', async () => {
    answering({ telegram: ['x'] }, 'Tied. #dawn')
    const settings = settingsWith({
      content: { hashtag_string: '#Shibari' },
      features: { smart_hashtags_enabled: false },
    })
    expect((await captions(settings)).telegram).toBe('Tied.\n\n#Shibari')
    expect(scene.openai.calls[1]?.prompt).not.toContain('hashtags in "hashtags"')
  })
})
