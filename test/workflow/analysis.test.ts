import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { postDetailsOf } from '../../src/workflow/publish/captions.ts'
import {
  captionOf,
  formatSidecar,
  metadataOf,
  sdCaptionOf,
  textOf,
  withEditedCaption,
} from '../../src/workflow/sidecar.ts'
import {
  at,
  email,
  name,
  type Scene,
  settingsWith,
  startScene,
  telegram,
} from '../support/fixtures/analysis.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
})
afterEach(() => scene[Symbol.asyncDispose]())

const threeChannels = ['telegram', 'friends', 'news'].map((id) => ({
  channel: { name: id, platform: 'telegram' as const },
  captionRules: telegram.captionRules,
}))

describe('an analysis', () => {
  it('makes one description call and one caption call for all platforms and Stable Diffusion', async () => {
    const analysis = await scene.analyze()
    expect(scene.openai.calls.map(({ shape }) => shape)).toEqual(['photo_analysis', 'captions'])
    expect(analysis).toMatchObject({
      name,
      description: expect.stringContaining('landscape'),
      nsfw: false,
      sdCaption: expect.stringContaining('fine-art'),
      altText: expect.any(String),
      platformCaptions: { telegram: expect.any(String), email: expect.any(String) },
      sidecarWritten: true,
    })
    expect(analysis.caption).toBe(analysis.platformCaptions.telegram)
  })

  it('saves its results in the sidecar under V2’s names', async () => {
    const analysis = await scene.analyze({
      settings: settingsWith({ captionfile: { artist_alias: 'Alice' } }),
    })
    const saved = await scene.document()
    expect(sdCaptionOf(saved)).toBe(analysis.sdCaption)
    expect(metadataOf(saved)).toMatchObject({
      image_file: 'dusk.jpg',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      created: '2026-11-23T10:20:30Z',
      sd_caption_version: 'v1.0',
      model_version: expect.stringContaining('gpt-4o'),
      artist_alias: 'Alice',
      art_style: 'photograph',
      materials: 'unknown',
      color_palette: expect.stringContaining('green'),
      tags: analysis.tags,
      caption: analysis.caption,
      caption_generated: analysis.platformCaptions,
    })
  })

  it('saves Dropbox’s identifiers of the file and its content, as V2 does', async () => {
    const ofDropbox = { fileId: 'id:a4ayc_80_OEAAAAAAAAAXw', rev: 'a1c10ce0dd78' }
    const store: PhotoStore = {
      ...scene.store,
      async stat(folder, photo) {
        const entry = await scene.store.stat(folder, photo)
        return entry && { ...entry, ofDropbox }
      },
    }
    await scene.analyze({ store })
    const text = await scene.sidecar()
    expect(text).toContain('\n# dropbox_file_id: id:a4ayc_80_OEAAAAAAAAAXw\n# dropbox_rev: a1c10ce0dd78\n')
  })

  it('reports its stages and the tokens of each call', async () => {
    await scene.analyze()
    expect(scene.stages).toEqual(['reading', 'looking', 'writing_captions', 'saving'])
    expect(scene.tokens).toHaveLength(2)
    expect(Math.min(...scene.tokens)).toBeGreaterThan(0)
  })

  it('sends the AI a small picture without metadata', async () => {
    await scene.analyze()
    expect(scene.openai.calls[0]?.picture).toMatchObject({
      width: 64,
      height: 43,
      format: 'jpeg',
      detail: 'low',
      hasMetadata: false,
    })
    expect(scene.openai.calls[1]?.picture).toBeUndefined()
  })

  it('sends the AI the photo in its original size when the maximum dimension is 0, also in the fallback', async () => {
    const ai = { vision_max_dimension: 0, vision_fallback_max_dimension: 0 }
    scene.say('photo_analysis', () => 'unusable')
    await scene.analyze({ settings: settingsWith({ ai }) }).catch(() => undefined)
    expect(scene.openai.calls.map(({ picture }) => [picture?.width, picture?.height])).toEqual([
      [180, 120],
      [180, 120],
    ])
  })

  it('writes no details for tenants without extended metadata', async () => {
    await scene.analyze({ settings: settingsWith({ captionfile: { extended_metadata_enabled: false } }) })
    expect(metadataOf(await scene.document())).not.toHaveProperty('tags')
  })

  it('saves tags for the confirmation mail only when a platform sends such a mail', async () => {
    const settings = settingsWith({ captionfile: { extended_metadata_enabled: false } })
    const analysis = await scene.analyze({ settings, platforms: [telegram] })
    expect(metadataOf(await scene.document())).not.toHaveProperty('confirmation_tags')
    await scene.analyze({ settings, platforms: [telegram, email] }, { forceRefresh: true })
    const kept = await scene.document()
    expect(metadataOf(kept)).not.toHaveProperty('tags')
    expect(analysis.tags.length).toBeGreaterThan(0)
    expect(postDetailsOf({ document: kept, words: null }).tags).toEqual(analysis.tags)
    await scene.analyze({ platforms: [telegram, email] }, { forceRefresh: true })
    expect(metadataOf(await scene.document())).not.toHaveProperty('confirmation_tags')
    expect(postDetailsOf({ document: await scene.document(), words: null }).tags).toEqual(analysis.tags)
  })

  it('saves and returns no alt text when alt text is off', async () => {
    const settings = settingsWith({ features: { alt_text_enabled: false } })
    expect((await scene.analyze({ settings })).altText).toBeNull()
    expect(textOf(await scene.document(), 'alt_text')).toBeNull()
  })

  it('gives the caption for a platform to each of its channels', async () => {
    const { platformCaptions } = await scene.analyze({ platforms: [telegram], channels: threeChannels })
    expect(platformCaptions.telegram).not.toBe('')
    expect(platformCaptions.friends).toBe(platformCaptions.telegram)
  })

  it('writes a caption for a tenant without platforms', async () => {
    const analysis = await scene.analyze({ platforms: [] })
    expect(analysis.caption).toContain('emulator')
    expect(metadataOf(await scene.document())).toMatchObject({
      caption_generated: { generic: analysis.caption },
    })
  })

  it('asks for the Stable Diffusion caption separately or not at all, as configured', async () => {
    const own = settingsWith({
      ai: {
        sd_caption_single_call_enabled: false,
        sd_caption_model: 'sd-model',
        sd_caption_role_prompt: 'SD!',
      },
    })
    expect((await scene.analyze({ settings: own })).sdCaption).toContain('fine-art')
    expect(scene.openai.calls.at(-1)).toMatchObject({ shape: 'sd_caption', model: 'sd-model' })
    expect(scene.openai.calls.at(-1)?.prompt).toContain('SD!')

    const off = settingsWith({ ai: { sd_caption_enabled: false } })
    expect((await scene.analyze({ settings: off }, { forceRefresh: true })).sdCaption).toBeNull()
    expect(scene.openai.calls).toHaveLength(5)
  })

  it('uses the prompts and models of the tenant', async () => {
    const ai = {
      vision_model: 'eyes',
      caption_model: 'pen',
      system_prompt: 'You are Alice.',
      role_prompt: 'Say it.',
      sd_caption_system_prompt: 'SD system.',
      sd_caption_role_prompt: 'SD role.',
    }
    await scene.analyze({ settings: settingsWith({ ai }) })
    expect(scene.openai.calls).toMatchObject([
      { model: 'eyes' },
      { model: 'pen', system: expect.stringMatching(/^You are Alice\.\n/) },
    ])
    for (const words of ['Say it.', 'SD system.', 'SD role.']) {
      expect(scene.openai.calls[1]?.prompt).toContain(words)
    }
  })

  it('sends the voice profile only when voice matching is on', async () => {
    const content = { voice_profile: ['Canary voice.'] }
    await scene.analyze({ settings: settingsWith({ content }) })
    expect(scene.openai.calls[1]?.prompt).not.toContain('Canary voice.')
    const settings = settingsWith({ content, features: { voice_matching_enabled: true } })
    await scene.analyze({ settings }, { forceRefresh: true })
    expect(scene.openai.calls[3]?.prompt).toContain('Canary voice.')
  })
})

describe('the analysis of a photo with a caption', () => {
  const known = [
    'rope, portrait, soft light',
    '',
    '# ---',
    '# tags: ["rope", "nude"]',
    '# moderation: ["nudity: partial"]',
    '# alt_text: A tied figure.',
    `# caption: ${'Tied at dusk. '.repeat(30).trim()}`,
    '',
  ].join('\n')

  it('returns the captions of the sidecar within the platforms’ limits', async () => {
    await scene.store.writeSidecar('root', name, known)
    const analysis = await scene.analyze()
    expect(scene.openai.calls).toEqual([])
    expect(analysis).toMatchObject({
      tags: ['rope', 'nude'],
      nsfw: true,
      sdCaption: 'rope, portrait, soft light',
      altText: 'A tied figure.',
      caption: expect.stringMatching(/^Tied at dusk\./),
      sidecarWritten: false,
    })
    expect(analysis.platformCaptions.email?.length).toBeLessThanOrEqual(240)
    expect(await scene.sidecar()).toBe(known)
  })

  it('returns the own caption of a second channel, and the platform’s caption to a channel without any', async () => {
    const captions = '{"telegram": "For all.", "friends": "For friends."}'
    await scene.store.writeSidecar('root', name, `\n\n# ---\n# caption_submitted: ${captions}\n`)
    expect((await scene.analyze({ channels: threeChannels })).platformCaptions).toEqual({
      telegram: 'For all.',
      friends: 'For friends.',
      news: 'For all.',
    })
  })

  it('does not call the AI when the sidecar has only generated captions', async () => {
    const text = '\n\n# ---\n# caption_generated: {"telegram": "Dusk."}\n'
    await scene.store.writeSidecar('root', name, text)
    expect((await scene.analyze()).sidecarWritten).toBe(false)
    expect(scene.openai.calls).toEqual([])
  })

  it('calls the AI when the sidecar has only a training prompt', async () => {
    await scene.store.writeSidecar('root', name, 'rope, portrait\n')
    expect((await scene.analyze()).sidecarWritten).toBe(true)
    expect(scene.openai.calls.length).toBeGreaterThan(0)
  })

  it('calls the AI when the sidecar lacks only a caption', async () => {
    await scene.store.writeSidecar('root', name, '\n\n# ---\n# rating: 5\n')
    expect((await scene.analyze()).sidecarWritten).toBe(true)
    expect(textOf(await scene.document(), 'rating')).toBe('5')
  })

  it('writes a new caption on demand unless a person wrote the caption', async () => {
    const first = await scene.analyze()
    scene.say('captions', ({ sd_caption }) => ({
      captions: { telegram: 'Another.', email: 'Another mail.' },
      sd_caption,
    }))
    expect((await scene.analyze({}, { forceRefresh: true })).caption).toBe('Another.')
    expect(first.caption).not.toBe('Another.')

    const edited = withEditedCaption(await scene.document(), 'Mine.', at)
    await scene.store.writeSidecar('root', name, formatSidecar(edited))
    expect((await scene.analyze({}, { forceRefresh: true })).caption).toBe('Mine.')
    expect(captionOf(await scene.document())).toBe('Mine.')
  })
})
