import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/contract/lenient.ts'
import { publisherSettings } from '../../src/contract/publisher-settings.ts'
import { effectsOf, ratingMaps } from '../../src/contract/rating-map.ts'

const { telegram, bluesky, mastodon, instagram, email } = ratingMaps

describe('a map of ratings', () => {
  it('has safe defaults on every platform', () => {
    expect(telegram.of({})).toEqual({
      general: 'none',
      suggestive: 'none',
      nudity: 'spoiler',
      explicit: 'spoiler',
    })
    expect(instagram.of({})).toMatchObject({ suggestive: 'allow', nudity: 'refuse', explicit: 'refuse' })
    expect(bluesky.of(null)).toMatchObject({ general: 'none', nudity: 'nudity', explicit: 'porn' })
    expect(mastodon.of(undefined)).toMatchObject({ general: 'none', explicit: 'warning' })
    expect(email.of({ rating_map: {} })).toMatchObject({ explicit: 'allow' })
  })

  it('replaces the value of the ratings that the settings name', () => {
    expect(
      telegram.of({ rating_map: { suggestive: ' Spoiler ', explicit: 'refuse', nudity: null } }),
    ).toEqual({
      general: 'none',
      suggestive: 'spoiler',
      nudity: 'spoiler',
      explicit: 'refuse',
    })
  })

  it.each(['refuze', 'sexual', 1, ['spoiler'], {}])('refuses a rating whose value is %j', (value) => {
    expect(telegram.of({ rating_map: { general: value } })).toMatchObject({
      general: 'refuse',
      nudity: 'spoiler',
    })
  })

  it.each(['refuse', ['spoiler'], 1, true])('refuses every rating when the map is %j', (rating_map) => {
    expect(new Set(Object.values(telegram.of({ rating_map })))).toEqual(new Set(['refuse']))
  })

  it('reads content_labels of Bluesky below rating_map', () => {
    const content_labels = { nudity: 'sexual', explicit: 'sexual' }
    expect(bluesky.of({ content_labels, rating_map: { explicit: 'graphic-media' } })).toMatchObject({
      nudity: 'sexual',
      explicit: 'graphic-media',
    })
    expect(bluesky.of({ content_labels: 'porn' })).toMatchObject({ general: 'none', nudity: 'nudity' })
    expect(telegram.of({ content_labels: { nudity: 'refuse' } })).toMatchObject({ nudity: 'spoiler' })
  })

  it('has a label as its effect, or a refusal that names the rating and the platform', () => {
    const effectOf = effectsOf('Telegram', telegram.of({ rating_map: { explicit: 'refuse' } }))
    expect(effectOf('general')).toEqual({})
    expect(effectOf('nudity')).toEqual({ label: 'spoiler' })
    expect(effectOf('explicit')).toEqual({
      refusal: "This site's settings send no photos rated “explicit” to Telegram.",
    })
    expect(effectsOf('FetLife', email.of({}))('explicit')).toEqual({})
  })
})

describe('the settings of a platform', () => {
  it('reports every unusable setting and reads the others', () => {
    const faults: Fault[] = []
    const read = publisherSettings.mastodon.read(
      { visibility: 'privat', language: 'english', content_warning: ' ', rating_map: { nudity: 'hidden' } },
      'config',
      faults,
    )
    expect(read).toMatchObject({ visibility: 'private', rating_map: { nudity: 'refuse' } })
    expect(read).toMatchObject({ language: undefined, content_warning: undefined })
    expect(faults.map(({ path }) => path)).toEqual([
      'config.visibility',
      'config.language',
      'config.rating_map.nudity',
    ])
  })

  it('reads the settings of Instagram and Bluesky', () => {
    expect(
      publisherSettings.instagram.read({ ratio: 'Crop', pad_colour: '#AABBCC' }, 'config', []),
    ).toMatchObject({ ratio: 'crop', pad_colour: '#aabbcc' })
    expect(publisherSettings.bluesky.read({ langs: ['de', 'x', 'pt-BR'] }, 'config', [])).toMatchObject({
      langs: ['de', 'pt-BR'],
    })
  })
})
