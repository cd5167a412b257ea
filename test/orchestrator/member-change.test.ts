import { describe, expect, it } from 'vitest'
import { parseMemberPath, parseMemberValue, withMember } from '../../orchestrator/registry/member-change.ts'

const changed = (config: Record<string, unknown>, path: string, value: string) =>
  withMember(config, parseMemberPath(path), parseMemberValue(value))

describe('a change of one member', () => {
  it('keeps all other members, and creates missing blocks', () => {
    const config = { features: { typo: 1 }, unknown: [1] }
    expect(changed(config, 'features.publish_enabled', 'true')).toEqual({
      features: { typo: 1, publish_enabled: true },
      unknown: [1],
    })
    expect(changed(config, 'content.hashtag_string', '#rope')).toEqual({
      ...config,
      content: { hashtag_string: '#rope' },
    })
    expect(config).toEqual({ features: { typo: 1 }, unknown: [1] })
  })

  it('removes a member when the value is null', () => {
    expect(changed({ a: { b: 1, c: 2 } }, 'a.b', 'null')).toEqual({ a: { c: 2 } })
    expect(changed({ list: [{ id: 'x' }, { id: 'y' }] }, 'list.x', 'null')).toEqual({ list: [{ id: 'y' }] })
  })

  it('finds an entry of a list by its id before its index', () => {
    const publishers = [{ id: '1' }, { id: 'sky' }]
    expect(changed({ publishers }, 'publishers.1.enabled', 'false')).toEqual({
      publishers: [{ id: '1', enabled: false }, { id: 'sky' }],
    })
    expect(changed({ publishers }, 'publishers.0.enabled', 'false')).toEqual({
      publishers: [{ id: '1', enabled: false }, { id: 'sky' }],
    })
  })

  it.each([
    ['list.9.x', 'list has no entry 9.'],
    ['text.x', 'text is not a block of members.'],
    ['__proto__.x', 'A path has'],
    ['a..b', 'A path has'],
    ['a.constructor', 'A path has'],
  ])('refuses the path %s', (path, words) => {
    expect(() => changed({ list: [], text: 'x' }, path, '1')).toThrow(words)
    expect(Object.prototype).not.toHaveProperty('x')
  })

  it('refuses values that JSON cannot hold', () => {
    expect(() => parseMemberValue('1e999')).toThrow('JSON cannot hold one of the numbers')
    expect(() => parseMemberValue('{"__proto__":1}')).toThrow('__proto__')
  })
})
