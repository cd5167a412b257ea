import { describe, expect, it } from 'vitest'
import {
  platformName,
  platformNames,
  platforms,
  textsByPlatform,
  v2NameOf,
} from '../../src/contract/platform.ts'

describe('platformName', () => {
  it('reads every platform by its own name', () => {
    for (const platform of platforms) expect(platformName.parse(platform)).toBe(platform)
  })

  it('reads FetLife as mail', () => {
    expect(platformName.parse('fetlife')).toBe('email')
    expect(platformNames).toEqual([...platforms, 'fetlife'])
  })

  it('ignores case and white space', () => {
    expect(platformName.parse(' FetLife\n')).toBe('email')
    expect(platformName.parse('TELEGRAM ')).toBe('telegram')
  })

  it('refuses other names and other types', () => {
    for (const value of ['', 'myspace', 'tele gram', 7, null, ['telegram']])
      expect(platformName.safeParse(value).success).toBe(false)
  })
})

describe('v2NameOf', () => {
  it('names mail as V2 does and keeps every other type', () => {
    expect(['email', 'fetlife', 'telegram', 'myspace'].map(v2NameOf)).toEqual([
      'fetlife',
      'fetlife',
      'telegram',
      'myspace',
    ])
  })
})

describe('textsByPlatform', () => {
  it('files a text for FetLife under mail', () => {
    expect(textsByPlatform({ fetlife: 'dusk', telegram: 'dawn' })).toEqual({
      email: 'dusk',
      telegram: 'dawn',
    })
  })

  it('prefers the text under the own name of the platform, in either order', () => {
    expect(textsByPlatform({ email: 'own', fetlife: 'alias' })).toEqual({ email: 'own' })
    expect(textsByPlatform({ fetlife: 'alias', email: 'own' })).toEqual({ email: 'own' })
  })

  it('gives null when a name is not a platform', () => {
    expect(textsByPlatform({ telegram: 'dawn', myspace: 'dusk' })).toBeNull()
    expect(textsByPlatform({ FetLife: 'dusk' })).toBeNull()
  })
})
