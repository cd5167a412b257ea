import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelNamed, channelsOf, textsByChannel } from '../../src/contract/channels.ts'
import { type Platform, platforms } from '../../src/contract/platform.ts'
import type { PublisherEntry } from '../../src/contract/publisher-entries.ts'

function entryOf(type: Platform, id?: string, enabled = true): PublisherEntry {
  return { type, enabled, config: {}, ...(id !== undefined && { id }) }
}

function namesOf(...entries: PublisherEntry[]): string[] {
  return channelsOf(entries).map(({ name }) => name)
}

describe('channelsOf', () => {
  it('names the first channel of a platform by its platform, and every other by its id', () => {
    const entries = [entryOf('telegram', 'news'), entryOf('email', 'upload'), entryOf('telegram', 'friends')]
    expect(namesOf(...entries)).toEqual(['telegram', 'email', 'friends'])
  })

  it('leaves out disabled entries', () => {
    expect(namesOf(entryOf('telegram', 'a', false), entryOf('telegram', 'b'))).toEqual(['telegram'])
  })

  it('numbers entries without an id', () => {
    expect(namesOf(entryOf('telegram'), entryOf('telegram'), entryOf('telegram', ' '))).toEqual([
      'telegram',
      'telegram-2',
      'telegram-3',
    ])
  })

  it('numbers an id that another channel has, without taking the name of a later entry', () => {
    expect(
      namesOf(
        entryOf('telegram', 'a'),
        entryOf('telegram', 'a'),
        entryOf('telegram', 'email'),
        entryOf('telegram', 'a-2'),
      ),
    ).toEqual(['telegram', 'a-3', 'email-2', 'a-2'])
  })

  it('lets an entry for mail be called fetlife, but no other entry', () => {
    expect(namesOf(entryOf('email', 'x'), entryOf('email', 'fetlife'))).toEqual(['email', 'fetlife'])
    expect(namesOf(entryOf('telegram', 'x'), entryOf('telegram', 'fetlife'))).toEqual([
      'telegram',
      'fetlife-2',
    ])
  })

  it('gives every channel a name of its own, and every second channel with a usable id exactly that id', () => {
    const id = fc.oneof(fc.constantFrom('a', 'A', 'a-2', 'telegram', 'email', ' ', '__proto__'), fc.string())
    const entries = fc.array(
      fc.record({ type: fc.constantFrom(...platforms), id: fc.option(id, { nil: undefined }) }),
    )
    fc.assert(
      fc.property(entries, (given) => {
        const channels = channelsOf(given.map(({ type, id: named }) => entryOf(type, named)))
        const names = channels.map(({ name }) => name)
        expect(new Set(names).size).toBe(names.length)
        for (const channel of channels) expect(channelNamed(channels, channel.name)).toBe(channel)
        const firsts = platforms.filter((platform) => given.some(({ type }) => type === platform))
        expect(firsts.every((platform) => names.includes(platform))).toBe(true)
      }),
    )
  })
})

describe('channelNamed', () => {
  const channels = channelsOf([entryOf('telegram', 'news'), entryOf('email'), entryOf('telegram', 'friends')])

  it.each([
    ['telegram', 'telegram'],
    ['news', 'telegram'],
    ['friends', 'friends'],
    ['fetlife', 'email'],
    ['constructor', undefined],
    ['bluesky', undefined],
  ])('finds the channel of %s', (asked, name) => {
    expect(channelNamed(channels, asked)?.name).toBe(name)
  })
})

describe('textsByChannel', () => {
  const channels = channelsOf([entryOf('telegram', 'news'), entryOf('email'), entryOf('telegram', 'friends')])

  it('sorts texts by the names of channels, and keeps those for platforms without a channel', () => {
    expect(textsByChannel(channels, { news: 'a', fetlife: 'b', friends: 'c', bluesky: 'd' })).toEqual({
      telegram: 'a',
      email: 'b',
      friends: 'c',
      bluesky: 'd',
    })
  })

  it('prefers the text under the channel’s own name, in either order', () => {
    expect(textsByChannel(channels, { email: 'own', fetlife: 'alias' })).toEqual({ email: 'own' })
    expect(textsByChannel(channels, { fetlife: 'alias', email: 'own' })).toEqual({ email: 'own' })
  })

  it('returns null when a name is neither a channel’s nor a platform’s', () => {
    expect(textsByChannel(channels, { telegram: 'dawn', myspace: 'dusk' })).toBeNull()
    expect(textsByChannel(channels, { constructor: 'dusk' })).toBeNull()
  })
})
