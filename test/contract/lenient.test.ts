import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRuntimeAnswer, type RuntimeAnswer, toBody } from '../../src/contract/runtime-answer.ts'
import {
  anyJson,
  fullConfig,
  lenientShapes,
  optionalPaths,
  withValueAt,
} from '../support/fixtures/lenient-configurations.ts'

const envelope = {
  schema_version: 2,
  tenant: 'alice',
  app_type: 'publisher_v2',
  config_version: 'v1',
  ttl_seconds: 60,
}

function parse(config: unknown, more: Record<string, unknown> = {}): RuntimeAnswer {
  const answer = parseRuntimeAnswer({ ...envelope, config, ...more })
  if (answer === 'other_app_type') throw new Error('unexpected')
  return answer
}

function shape(title: string): RuntimeAnswer['config'] {
  const found = lenientShapes.find((each) => each.title === title)
  if (!found) throw new Error(`There is no shape "${title}".`)
  return parse(found.config).config
}

/** Blocks whose members depend on each other. */
const wholeBlocks = new Set(['publishers', 'email_server', 'auth'])

/** Returns the configuration without the field and without the values that depend on the field. */
function without(config: unknown, path: readonly string[]): unknown {
  const [top = ''] = path
  const place = wholeBlocks.has(top) ? [top] : path.filter((key) => !/^\d$/.test(key))
  const rest = withValueAt(config, place, 'left out')
  return top === 'ai' ? withValueAt(rest, ['features', 'analyze_caption_enabled'], 'left out') : rest
}

/** Returns the path that a fault names. Faults name a list of texts as a whole. */
function namedPlace(path: readonly string[]): string {
  return path.join('.').replace(/(voice_profile|allowed_emails|model_notices)\.\d$/, '$1')
}

describe('a configuration with an odd field', () => {
  it('keeps the storage and every other field, and reports the odd field at most once', () => {
    const whole = parse(fullConfig)
    expect(whole.faults).toEqual([])
    fc.assert(
      fc.property(fc.constantFrom(...optionalPaths), anyJson, (path, value) => {
        const { config, faults } = parse(withValueAt(fullConfig, path, value))
        expect(without(config, path)).toEqual(without(whole.config, path))
        for (const fault of faults)
          expect(fault.path).toMatch(new RegExp(`^config\\.${namedPlace(path)}(\\.|$)`))
        expect(new Set(faults.map((fault) => fault.path)).size).toBe(faults.length)
        expect(JSON.stringify(faults)).not.toContain('xxxx')
      }),
      { numRuns: 500 },
    )
  })

  it('reads the same configuration again after serialisation', () => {
    fc.assert(
      fc.property(fc.constantFrom(...optionalPaths), anyJson, (path, value) => {
        const { faults, ...answer } = parse(withValueAt(fullConfig, path, value))
        const again = parseRuntimeAnswer(JSON.parse(JSON.stringify(toBody({ ...answer, faults }))))
        expect(again).toEqual({ ...answer, faults: [] })
      }),
      { numRuns: 500 },
    )
  })

  it('reads the same configuration again after serialisation when its paths are long', () => {
    const segment = fc.string({
      minLength: 1,
      maxLength: 1000,
      unit: fc.constantFrom('a', 'b', '/', ' ', 'é'),
    })
    fc.assert(
      fc.property(fc.tuple(segment, segment, segment, segment), ([root, archive, keep, remove]) => {
        const storage = {
          provider: 'dropbox',
          credentials_ref: 'db',
          paths: { root: `x${root}`.slice(0, 1000), archive, keep, remove },
        }
        const answer = parse({ storage })
        const again = parseRuntimeAnswer(JSON.parse(JSON.stringify(toBody(answer))))
        expect(again).toEqual({ ...answer, faults: [] })
      }),
    )
  })

  it.each([
    ['a TTL as text', { ttl_seconds: ' 900 ' }, { ttlSeconds: 900, faults: [] }],
    ['a TTL of another type', { ttl_seconds: {} }, { ttlSeconds: 600, faults: [{ path: 'ttl_seconds' }] }],
    ['no tenant', { tenant: '' }, { tenant: '', faults: [] }],
    ['a tenant of another type', { tenant: 7 }, { tenant: '', faults: [{ path: 'tenant' }] }],
    ['a schema version as text', { schema_version: '2' }, { faults: [] }],
    ['a schema version of 0', { schema_version: 0 }, { faults: [] }],
    ['a newer schema version', { schema_version: 3 }, { faults: [{ path: 'schema_version' }] }],
    ['a schema version below 0', { schema_version: -1 }, { faults: [{ path: 'schema_version' }] }],
    ['a schema version of another type', { schema_version: [] }, { faults: [{ path: 'schema_version' }] }],
    ['a version of 500 characters', { config_version: 'x'.repeat(500) }, { faults: [] }],
  ])('reads an answer whose envelope has %s', (_title, more, expected) => {
    expect(parse(fullConfig, more)).toMatchObject(expected)
  })

  it.each(['', '  ', 'x'.repeat(501), null, undefined, true, {}, []].map((version) => ({ version })))(
    'generates a new version for each answer when the given version is $version',
    ({ version }) => {
      const [first, second] = [
        parse(fullConfig, { config_version: version }),
        parse(fullConfig, { config_version: version }),
      ]
      expect(first.configVersion).toMatch(/^[0-9a-f-]{36}$/)
      expect(second.configVersion).not.toBe(first.configVersion)
      expect(first.faults).toMatchObject([{ path: 'config_version' }])
      expect(first.config).toEqual(parse(fullConfig).config)
    },
  )

  it('reads odd features of version 1 and ignores all other blocks', () => {
    const { config, faults } = parse(
      { ...fullConfig, ai: 'x', features: { keep_enabled: 'off', remove_enabled: 'perhaps' } },
      { schema_version: '1' },
    )
    expect(config.features).toMatchObject({
      keep_enabled: false,
      remove_enabled: true,
      publish_enabled: false,
    })
    expect(faults.map(({ path }) => path)).toEqual(['config.features.remove_enabled'])
  })

  it('reads an answer that is nested deeper than any call stack', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const body = JSON.stringify({ ...envelope, config: { ...fullConfig, ai: 'DEEP' } }).replace(
      '"DEEP"',
      deep,
    )
    expect(parseRuntimeAnswer(JSON.parse(body))).toMatchObject({ faults: [{ path: 'config.ai' }] })
  })
})

describe('lenient values', () => {
  it('reads 0 as no resizing and a negative tag count as 0', () => {
    expect(shape('no resizing of photos').ai).toMatchObject({
      vision_max_dimension: 0,
      vision_detail: 'high',
    })
    expect(shape('a negative count of tags').confirmation.confirmation_tags_count).toBe(0)
  })

  it('uses the default paths for blank paths and trims the others', () => {
    const expected = {
      root: '/Photos',
      archive: '/Photos/archive',
      keep: '/Photos/keep',
      remove: '/Photos/reject',
    }
    expect(shape('empty sub-paths').storage.paths).toEqual(expected)
    expect(shape('paths surrounded by blanks').storage).toMatchObject({
      provider: 'dropbox',
      paths: expected,
    })
  })

  it('reads numbers and booleans from text', () => {
    const { email_server, features } = shape('numbers and booleans as text')
    expect(email_server).toMatchObject({ port: 587, use_tls: true })
    expect(features).toMatchObject({ delete_enabled: false, keep_enabled: true })
  })

  it('turns analysis off when its reference is blank, and drops a blank mail server', () => {
    expect(shape('an empty reference of the AI').features.analyze_caption_enabled).toBe(false)
    expect(shape('a mail server of an empty form').email_server).toBeUndefined()
  })

  it('reads a publisher outside a list as a list with a single publisher', () => {
    const publisher = { type: ' Telegram ', credentials_ref: 'tg', config: { channel_id: '@alice' } }
    expect(parse({ ...fullConfig, publishers: publisher }).config.publishers).toMatchObject([
      { type: 'telegram', credentials_ref: 'tg', config: { channel_id: '@alice' } },
    ])
  })

  it('reads types and settings of publishers in upper and lower case', () => {
    expect(shape('FetLife settings in another case').publishers).toEqual([
      {
        id: 'f',
        type: 'email',
        enabled: true,
        credentials_ref: undefined,
        config: { recipient: '1@upload.example.com', subject_mode: 'private', caption_target: 'both' },
      },
    ])
    expect(shape('empty FetLife settings').publishers).toMatchObject([
      { type: 'email', config: { recipient: '1@upload.example.com' } },
    ])
  })

  it('drops voice examples beyond 20 and examples that are not text', () => {
    expect(shape('more voice examples than are used').content.voice_profile).toHaveLength(20)
    expect(shape('voice examples that are not text').content.voice_profile).toEqual(['one'])
  })

  it('turns voice matching on when there are examples, unless the flag says otherwise', () => {
    const matches = (voice_profile: string[], flag?: unknown) =>
      parse({ ...fullConfig, features: { voice_matching_enabled: flag }, content: { voice_profile } }).config
        .features.voice_matching_enabled
    expect([
      matches(['x']),
      matches(['x'], null),
      matches([]),
      matches(['x'], false),
      matches([], true),
    ]).toEqual([true, true, false, false, true])
  })

  it.each([
    [
      'mode',
      (value: unknown) => parse({ ...fullConfig, features: { mode: value } }).config.features.mode,
      'review',
    ],
    [
      'debug',
      (value: unknown) => parse({ ...fullConfig, content: { debug: value } }).config.content.debug,
      true,
    ],
    [
      'enabled',
      (value: unknown) =>
        parse({ ...fullConfig, publishers: [{ type: 'telegram', enabled: value }] }).config.publishers[0]
          ?.enabled,
      false,
    ],
  ])(
    'applies the safety switch %s when its value is unusable, but not when the value is blank',
    (_name, read, braked) => {
      for (const odd of ['reviews', ['review'], 2, [], {}]) expect(read(odd)).toBe(braked)
      for (const blank of ['', '  ', null, undefined]) expect(read(blank)).not.toBe(braked)
    },
  )
})
