import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import { captionOf } from '../../src/workflow/sidecar.ts'
import { type Scene, settingsWith, startScene, telegram } from '../support/fixtures/analysis.ts'
import { failure } from '../support/fixtures/rejections.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
})
afterEach(() => scene[Symbol.asyncDispose]())

describe('the captions of an analysis', () => {
  it('fits captions to each platform’s rules', async () => {
    scene.say('captions', ({ sd_caption }) => {
      const long = `${'“Rope” — and light… '.repeat(90)}#one #two`
      return { captions: { telegram: long, email: long }, sd_caption }
    })
    const { telegram: channel = '', email: mail = '' } = (await scene.analyze()).platformCaptions
    expect(channel.length).toBeLessThanOrEqual(1024)
    expect(mail.length).toBeLessThanOrEqual(240)
    expect(mail).toMatch(/^"Rope" - and light\.\.\. /)
    expect(mail).not.toContain('#')
  })

  it('ends captions with the tenant’s hashtags and the AI’s where hashtags are allowed', async () => {
    const settings = settingsWith({ content: { hashtag_string: '#shibari #ropeart' } })
    const { platformCaptions } = await scene.analyze({ settings })
    expect(platformCaptions.telegram).toMatch(/\n\n#shibari #ropeart #green #emulated$/)
    expect(platformCaptions.email).not.toContain('#')
  })

  it('uses only the tenant’s hashtags when smart hashtags are off', async () => {
    const settings = settingsWith({
      content: { hashtag_string: '#shibari #ropeart' },
      features: { smart_hashtags_enabled: false },
    })
    const { platformCaptions } = await scene.analyze({ settings })
    expect(platformCaptions.telegram?.match(/#\w+/g)).toEqual(['#shibari', '#ropeart'])
  })

  it('reserves room for the tenant’s hashtags in the limit of the prompt', async () => {
    const settings = settingsWith({ content: { hashtag_string: '#shibari #ropeart' } })
    await scene.analyze({ settings, platforms: [telegram] })
    const limit = Number(/At most (\d+) characters/.exec(scene.openai.calls[1]?.prompt ?? '')?.[1])
    expect(limit).toBeLessThanOrEqual(1024 - '\n\n#shibari #ropeart'.length)
  })

  it('refuses captions that are empty after fitting', async () => {
    scene.say('captions', ({ sd_caption }) => ({
      captions: { telegram: '\u0000 ', email: '#only' },
      sd_caption,
    }))
    expect((await failure(scene.analyze())).code).toBe('ai_unusable_answer')
    expect(await scene.sidecar()).toBeNull()
  })

  it('sends the captions of the eight newest sidecars of root and archive with the prompt', async () => {
    const sidecarWith = (caption: string) => `sd words\n\n# ---\n# caption: ${caption}\n`
    for (let number = 1; number <= 6; number++) {
      await scene.addPhoto('root', `r${number}.jpg`, sidecarWith(`Root ${number}.`), 2 * number)
      await scene.addPhoto('archive', `a${number}.jpg`, sidecarWith(`Archive ${number}.`), 2 * number + 1)
    }
    await scene.addPhoto('archive', 'sd.jpg', 'words for Stable Diffusion alone\n', 99)
    await scene.analyze()
    const { prompt = '' } = scene.openai.calls[1] ?? {}
    expect(prompt.match(/(Root|Archive) \d/g)?.join()).toBe(
      'Archive 6,Root 6,Archive 5,Root 5,Archive 4,Root 4,Archive 3',
    )
    expect(prompt).not.toContain('Stable Diffusion alone')
  })

  it('writes captions even when earlier captions are unreadable', async () => {
    const list = () => Promise.reject(new PublisherError('storage_unavailable', 'away'))
    await scene.analyze({ store: { ...scene.store, list } })
    expect(scene.troubles).toHaveLength(2)
    expect(captionOf(await scene.document())).toContain('emulator')
  })
})
