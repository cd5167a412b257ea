import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAtLeast, type Rating, ratings } from '../../src/contract/rating.ts'
import { ratingFromAnalysis } from '../../src/workflow/analysis/rating.ts'
import { isLowered, photoRating, ratingOf, withRating } from '../../src/workflow/rating.ts'
import { formatSidecar, parseSidecar } from '../../src/workflow/sidecar.ts'
import { name, type Scene, settingsWith, startScene } from '../support/fixtures/analysis.ts'

const withLines = (...lines: string[]) => parseSidecar(`rope\n\n# ---\n${lines.join('\n')}\n`)

describe('the rating of a photo', () => {
  it('is a person’s, otherwise the AI’s, otherwise the default', () => {
    const both = withLines('# rating_generated: explicit', '# rating: general')
    expect(photoRating(both)).toEqual({ rating: 'general', source: 'person' })
    const generated = withLines('# rating_generated: explicit')
    expect(photoRating(generated, 'general')).toEqual({ rating: 'explicit', source: 'ai' })
    expect(photoRating(withLines(), 'suggestive')).toEqual({ rating: 'suggestive', source: 'default' })
    expect(photoRating(null)).toEqual({ rating: 'nudity', source: 'default' })
  })

  it.each(['EXPLICIT', '  Explicit ', 'explicit\t', '!json "explicit"'])('is read from %j', (written) => {
    expect(ratingOf(withLines(`# rating: ${written}`), 'general')).toBe('explicit')
  })

  it.each(['5', '-1', 'adult', '', '["explicit"]', 'explicit?', '__proto__'])(
    'ignores %j, which is not a rating',
    (written) => {
      const document = withLines('# rating_generated: suggestive', `# rating: ${written}`)
      expect(photoRating(document)).toEqual({ rating: 'suggestive', source: 'ai' })
    },
  )

  it('changes only its own line, and leaves the file as it was when it is removed', () => {
    const text = fc.string({ unit: 'binary' }).filter((line) => !/^# rating\b/m.test(line))
    fc.assert(
      fc.property(text, fc.constantFrom(...ratings), fc.constantFrom(...ratings), (body, first, second) => {
        const before = `rope\n\n# ---\n# caption: Tied.\n# mine: ${body.replace(/[\r\n]/g, '')}\n`
        const rated = withRating(withRating(parseSidecar(before), first), second)
        expect(ratingOf(rated)).toBe(second)
        expect(formatSidecar(rated).replace(`# rating: ${second}\n`, '')).toBe(before)
        expect(formatSidecar(withRating(rated, null))).toBe(before)
      }),
    )
  })

  it('is lowered only by a weaker rating', () => {
    const from = { rating: 'nudity', source: 'ai' } as const
    expect(ratings.filter((rating) => isLowered(from, rating))).toEqual(['general', 'suggestive'])
  })
})

describe('the rating by an analysis', () => {
  it.each<[Rating, boolean, string[]]>([
    ['general', false, []],
    ['general', false, ['safe', 'landscape']],
    ['general', false, ['no nudity', 'No sexual content or nudity', 'none']],
    ['suggestive', false, ['lingerie']],
    ['suggestive', false, ['Implied nudity']],
    ['suggestive', false, ['bondage', 'rope']],
    ['suggestive', false, ['ADULT_CONTENT']],
    ['nudity', true, []],
    ['nudity', true, ['lingerie', 'safe']],
    ['nudity', true, ['no nudity']],
    ['nudity', false, ['artistic nudity']],
    ['nudity', false, ['non-sexual nudity']],
    ['nudity', false, ['implied nudity; exposed breasts']],
    ['nudity', false, ['topless', 'bare breasts']],
    ['nudity', false, ['genitals visible']],
    ['explicit', false, ['sexually explicit']],
    ['explicit', true, ['nudity', 'Sexual activity']],
    ['explicit', true, ['close-up of genitals']],
    ['explicit', true, ['sexual_act']],
    ['explicit', true, ['visible arousal']],
    ['nudity', true, ['non-explicit']],
  ])('is %s for nsfw=%j and the labels %j', (rating, nsfw, safety_labels) => {
    expect(ratingFromAnalysis({ nsfw, safety_labels })).toBe(rating)
  })

  it('is never weaker than nsfw or than any single label', () => {
    const word = fc.constantFrom('nude', 'lingerie', 'penetration', 'no', 'non-sexual', ' ', ',', 'rope', 'x')
    const label = fc.array(word).map((words) => words.join(' '))
    fc.assert(
      fc.property(fc.boolean(), fc.array(label), label, (nsfw, safety_labels, another) => {
        const all = ratingFromAnalysis({ nsfw, safety_labels: [...safety_labels, another] })
        expect(isAtLeast(all, ratingFromAnalysis({ nsfw, safety_labels }))).toBe(true)
        expect(isAtLeast(all, ratingFromAnalysis({ nsfw: false, safety_labels: [another] }))).toBe(true)
        if (nsfw) expect(isAtLeast(all, 'nudity')).toBe(true)
      }),
    )
  })
})

describe('an analysis that rates', () => {
  let scene: Scene
  beforeEach(async () => {
    scene = await startScene()
  })
  afterEach(() => scene[Symbol.asyncDispose]())

  it.each([true, false])(
    'saves its rating when extended metadata is %j',
    async (extended_metadata_enabled) => {
      scene.say('photo_analysis', (answer) => ({ ...answer, nsfw: true, safety_labels: ['sexual act'] }))
      const settings = settingsWith({ captionfile: { extended_metadata_enabled } })
      expect(await scene.analyze({ settings })).toMatchObject({ rating: 'explicit' })
      expect(await scene.sidecar()).toContain('\n# rating_generated: explicit\n')
      expect(await scene.analyze({ settings })).toMatchObject({ rating: 'explicit', sidecarWritten: false })
    },
  )

  it('keeps a person’s rating byte for byte, which also counts in its answer', async () => {
    const written = 'rope\n\n# ---\n# rating:  General\n# mine: stays\n'
    await scene.store.writeSidecar('root', name, written)
    scene.say('photo_analysis', (answer) => ({ ...answer, nsfw: true }))
    expect(await scene.analyze()).toMatchObject({ rating: 'general', nsfw: true })
    expect(await scene.sidecar()).toContain('# rating:  General\n# mine: stays\n')
    expect(await scene.sidecar()).toContain('# rating_generated: nudity\n')
  })

  it('raises an earlier rating of its own, and lowers it', async () => {
    scene.say('photo_analysis', (answer) => ({ ...answer, nsfw: true }))
    await scene.analyze()
    scene.say('photo_analysis', (answer) => ({ ...answer, nsfw: false, safety_labels: [] }))
    expect(await scene.analyze({}, { forceRefresh: true })).toMatchObject({ rating: expect.any(String) })
    expect((await scene.sidecar())?.match(/# rating_generated/g)).toHaveLength(1)
  })

  it('answers with the tenant’s default for a sidecar of an earlier version', async () => {
    await scene.store.writeSidecar('root', name, '\n\n# ---\n# caption: Tied.\n')
    const settings = settingsWith({ content: { default_rating: 'suggestive' } })
    expect(await scene.analyze({ settings })).toMatchObject({ rating: 'suggestive' })
    expect(await scene.analyze()).toMatchObject({ rating: 'nudity' })
  })
})
