import { describe, expect, it } from 'vitest'
import { platformName, platformNames, platforms, v2NameOf } from '../../src/contract/platform.ts'

describe('platformName', () => {
  it('reads every platform by its own name', () => {
    for (const platform of platforms) expect(platformName.parse(platform)).toBe(platform)
  })

  it('reads FetLife as mail', () => {
    expect(platformName.parse('fetlife')).toBe('email')
    expect(platformNames).toEqual([...platforms, 'fetlife'])
  })

  it('reads platform names in any case and with white space around them', () => {
    expect(platformName.parse(' FetLife\n')).toBe('email')
    expect(platformName.parse('TELEGRAM ')).toBe('telegram')
  })

  it('refuses unknown names and other types', () => {
    for (const value of ['', 'myspace', 'tele gram', 7, null, ['telegram']])
      expect(platformName.safeParse(value).success).toBe(false)
  })
})

describe('v2NameOf', () => {
  it('returns fetlife for email and keeps every other type', () => {
    expect(['email', 'fetlife', 'telegram', 'myspace'].map(v2NameOf)).toEqual([
      'fetlife',
      'fetlife',
      'telegram',
      'myspace',
    ])
  })
})
