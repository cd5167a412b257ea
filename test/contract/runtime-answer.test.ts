import { describe, expect, it } from 'vitest'
import { enabledPublisher } from '../../src/contract/publisher-entries.ts'
import { parseRuntimeAnswer, type RuntimeAnswer, toBody } from '../../src/contract/runtime-answer.ts'

const storage = { provider: 'dropbox', credentials_ref: 'ref', paths: { root: '/Photos' } }

function parse(config: Record<string, unknown>, envelope: Record<string, unknown> = {}): RuntimeAnswer {
  const answer = parseRuntimeAnswer({
    schema_version: 2,
    tenant: 'alice',
    app_type: 'publisher_v2',
    config_version: 'v1',
    ttl_seconds: 600,
    config: { storage, ...config },
    ...envelope,
  })
  if (answer === 'other_app_type') throw new Error('unexpected')
  return answer
}

describe('a runtime answer', () => {
  it('has every documented default when optional fields are absent', () => {
    const { config } = parse({})
    expect(config.features).toEqual({
      publish_enabled: false,
      analyze_caption_enabled: false,
      keep_enabled: true,
      remove_enabled: true,
      delete_enabled: false,
      auto_view_enabled: false,
      library_enabled: true,
      alt_text_enabled: true,
      smart_hashtags_enabled: true,
      voice_matching_enabled: false,
      storage_ops_metering_enabled: false,
    })
    expect(config.ai).toMatchObject({ rate_per_minute: 20, vision_max_dimension: 1024, vision_detail: 'low' })
    expect(config.content).toEqual({
      hashtag_string: '',
      archive: true,
      default_platforms: [],
      debug: false,
      keep_credit: true,
      write_xmp: false,
      default_rating: 'nudity',
      watermark: { position: 'bottom-right', opacity: 0.5, size: 0.2 },
      voice_profile: [],
    })
    expect(config.confirmation).toMatchObject({ confirmation_to_sender: true, confirmation_tags_count: 5 })
    expect(config.publishers).toEqual([])
  })

  it.each([
    ['only required fields', {}, {}],
    ['schema version 1', { features: { publish_enabled: true } }, { schema_version: 1, ttl_seconds: 0 }],
    ['publishers in object form', { publishers: { fetlife: { recipient: 'a@b.test' } } }, {}],
    [
      'all blocks',
      {
        storage: { provider: 'local', paths: { root: './Photos//a', archive: 'done', keep: '/Photos/keep' } },
        publishers: [{ type: 'telegram', credentials_ref: 't', config: { channel_id: -1 } }],
        email_server: { host: 'mail.test', from_email: 'a@b.test', password_ref: 'p', use_tls: null },
        ai: { credentials_ref: 'a', model_notices: 'old', vision_detail: 'high' },
        content: { hashtag_string: '#x', voice_profile: ['one'] },
        auth: { allowed_emails: [] },
        appearance: { title: ' A  b ', accent_color: '#FA0', background_color: 'no colour' },
        surprise: 1,
      },
      { config_version: 7, ttl_seconds: 3 },
    ],
  ])('reads the same answer again after serialisation (%s)', (_title, config, envelope) => {
    const answer = parse(config, envelope)
    const again = parseRuntimeAnswer(JSON.parse(JSON.stringify(toBody(answer))))
    expect(again).toEqual({ ...answer, faults: [] })
  })

  it('ignores unknown fields and reads null as absent', () => {
    const { config } = parse({
      surprise: { a: 1 },
      ai: null,
      auth: null,
      features: { publish_enabled: null, extra: 1 },
    })
    expect(config.features.publish_enabled).toBe(false)
    expect(config.auth).toBeUndefined()
  })

  it('reads a numeric version, and an answer without a schema version', () => {
    expect(parse({}, { config_version: 42 }).configVersion).toBe('42')
    expect(parse({ ai: { credentials_ref: 'x' } }, { schema_version: null }).config.ai).toMatchObject({
      credentials_ref: 'x',
    })
  })

  it('treats an incomplete mail server as absent', () => {
    const whole = { host: 'smtp.example.org', from_email: 'a@example.org', password_ref: 'smtp' }
    expect(parse({ email_server: whole }).config.email_server).toEqual({
      ...whole,
      port: 587,
      use_tls: true,
      username: 'a@example.org',
    })
    for (const field of ['host', 'from_email', 'password_ref']) {
      expect(parse({ email_server: { ...whole, [field]: null } }).config.email_server).toBeUndefined()
    }
  })

  it('turns analysis off when the tenant has no AI credentials', () => {
    const features = { analyze_caption_enabled: true }
    const isOn = (ai: unknown) => parse({ features, ai }).config.features.analyze_caption_enabled
    expect([{ credentials_ref: 'x' }, {}, { credentials_ref: null }, null].map(isOn)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  it('turns analysis and publishing off in version 1, regardless of its flags', () => {
    const { config } = parse(
      {
        features: { publish_enabled: true, analyze_caption_enabled: true, auto_view_enabled: true },
        ai: { credentials_ref: 'x' },
      },
      { schema_version: 1 },
    )
    expect(config.features).toMatchObject({
      publish_enabled: false,
      analyze_caption_enabled: false,
      auto_view_enabled: true,
    })
    expect(config.ai.credentials_ref).toBeUndefined()
  })

  it('skips validation when an answer belongs to another app', () => {
    expect(parseRuntimeAnswer({ app_type: 'other', config: 'anything' })).toBe('other_app_type')
  })

  it.each([
    [0, 600],
    [undefined, 600],
    [1, 5],
    [5, 5],
    [900, 900],
    [86_400, 3600],
    [-5, 5],
  ])('clamps a TTL of %s to %s seconds', (given, used) => {
    expect(parse({}, { ttl_seconds: given }).ttlSeconds).toBe(used)
  })

  it.each([
    ['no storage', { storage: undefined }],
    ['an unknown provider', { storage: { ...storage, provider: 'floppy' } }],
    ['no root', { storage: { ...storage, paths: {} } }],
    ['no credentials', { storage: { provider: 's3', paths: { root: 'x' } } }],
    ['a root with a ".." segment', { storage: { ...storage, paths: { root: '/Photos/../../etc' } } }],
    [
      'an archive with a ".." segment',
      { storage: { ...storage, paths: { root: '/Photos', archive: '../other' } } },
    ],
    [
      'a keep folder with a backslash',
      { storage: { ...storage, paths: { root: '/Photos', keep: 'a\\..\\b' } } },
    ],
  ])('refuses an answer with %s', (_title, config) => {
    expect(() => parse(config)).toThrow()
  })
})

describe('storage paths', () => {
  it.each([
    [
      { root: '/Photos/alice' },
      {
        root: '/Photos/alice',
        archive: '/Photos/alice/archive',
        keep: '/Photos/alice/keep',
        remove: '/Photos/alice/reject',
      },
    ],
    [
      { root: 'alice', archive: 'done' },
      { root: 'alice', archive: 'alice/done', keep: 'alice/keep', remove: 'alice/reject' },
    ],
    [
      { root: 'alice', archive: 'alice/done', keep: '/elsewhere' },
      { root: 'alice', archive: 'alice/done', keep: '/elsewhere', remove: 'alice/reject' },
    ],
    [
      { root: 'alice', archive: 'alice2' },
      { root: 'alice', archive: 'alice/alice2', keep: 'alice/keep', remove: 'alice/reject' },
    ],
    [{ root: '/' }, { root: '/', archive: '/archive', keep: '/keep', remove: '/reject' }],
    [
      { root: '//a///b/./c/' },
      { root: '/a/b/c', archive: '/a/b/c/archive', keep: '/a/b/c/keep', remove: '/a/b/c/reject' },
    ],
  ])('resolves the storage paths %j', (paths, resolved) => {
    expect(parse({ storage: { ...storage, paths } }).config.storage.paths).toEqual(resolved)
  })
})

describe('publishers', () => {
  it('reads the array form and uses the first enabled entry of each type', () => {
    const { config } = parse({
      publishers: [
        { id: 'a', type: 'telegram', enabled: false, credentials_ref: 'old', config: { channel_id: '@old' } },
        { id: 'b', type: 'telegram', credentials_ref: 'new', config: { channel_id: '@new' } },
        { id: 'c', type: 'fetlife', config: { recipient: 'x@upload.test' } },
        { id: 'd', type: 'carrier-pigeon', config: {} },
        { id: 5, type: 'bluesky', enabled: null, credentials_ref: null, config: null },
      ],
    })
    expect(enabledPublisher(config.publishers, 'telegram')).toMatchObject({
      id: 'b',
      config: { channel_id: '@new' },
    })
    expect(enabledPublisher(config.publishers, 'email')).toMatchObject({ id: 'c' })
    expect(enabledPublisher(config.publishers, 'bluesky')).toMatchObject({ id: '5', config: {} })
    expect(config.publishers).toHaveLength(4)
  })

  it.each([
    ['flat', { telegram: { credentials_ref: 'ref', channel_id: '@channel' } }],
    ['nested', { telegram: { credentials_ref: 'ref', config: { channel_id: '@channel' } } }],
  ])('reads the object form with %s settings', (_title, publishers) => {
    const { config } = parse({ publishers })
    expect(enabledPublisher(config.publishers, 'telegram')).toMatchObject({
      credentials_ref: 'ref',
      config: { channel_id: '@channel' },
    })
  })

  it('turns a publisher off when the object form disables it', () => {
    const { config } = parse({ publishers: { email: { enabled: false, recipient: 'x' } } })
    expect(enabledPublisher(config.publishers, 'email')).toBeUndefined()
  })
})
