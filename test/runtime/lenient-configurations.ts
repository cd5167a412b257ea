/** Configurations as live control planes send them: each is served, with `faults` for the fields that cannot be used. */
import fc from 'fast-check'

const storage = { provider: 'dropbox', credentials_ref: 'db', paths: { root: '/Photos' } }
const features = { publish_enabled: true, analyze_caption_enabled: true, auto_view_enabled: true }

interface Shape {
  title: string
  config: Record<string, unknown>
  /** Paths that are named; the others count as absent or have a meaning of their own. */
  faults: string[]
}

function shape(title: string, config: Record<string, unknown>, ...faults: string[]): Shape {
  return { title, config: { features, storage, ...config }, faults }
}

export const lenientShapes: readonly Shape[] = [
  shape('no resizing of photos', {
    ai: { credentials_ref: 'ai', vision_max_dimension: 0, vision_detail: 'HIGH ' },
  }),
  shape('a negative count of tags', { confirmation: { confirmation_tags_count: -1 } }),
  shape('a mail server of an empty form', {
    email_server: { host: '', port: 587, from_email: '', password_ref: null },
  }),
  shape(
    'a mail server that is half filled in',
    { email_server: { host: 'mail.example.com', from_email: ' ', password_ref: null } },
    'config.email_server.from_email',
    'config.email_server.password_ref',
  ),
  shape(
    'one publisher that is not in a list',
    {
      publishers: {
        type: 'telegram',
        enabled: 'perhaps',
        credentials_ref: 'tg',
        config: { channel_id: '@alice' },
      },
    },
    'config.publishers.0.enabled',
  ),
  shape('long paths', {
    storage: {
      ...storage,
      paths: {
        root: '/Photos',
        archive: 'a'.repeat(500),
        keep: 'k'.repeat(1000),
        remove: 'x/'.repeat(500),
      },
    },
  }),
  shape('an empty reference of the AI', { ai: { credentials_ref: '' } }),
  shape('empty sub-paths', {
    storage: { ...storage, paths: { root: '/Photos', archive: '', keep: '', remove: '' } },
  }),
  shape('paths with blanks around them', {
    storage: { ...storage, provider: ' Dropbox', paths: { root: ' /Photos ', archive: '   ' } },
  }),
  shape('an empty reference of a disabled publisher', {
    publishers: [{ id: 't', type: 'telegram', enabled: false, credentials_ref: '', config: {} }],
  }),
  shape('settings of FetLife in another case', {
    publishers: [
      {
        id: 'f',
        type: ' FetLife',
        credentials_ref: null,
        config: { recipient: ' 1@upload.example.com', subject_mode: 'Private', caption_target: ' BOTH ' },
      },
    ],
  }),
  shape('empty settings of FetLife', {
    publishers: { fetlife: { recipient: '1@upload.example.com', subject_mode: '', caption_target: '' } },
  }),
  shape('numbers and booleans as text', {
    email_server: {
      host: 'mail.example.com',
      port: '587',
      use_tls: 'True',
      from_email: 'a@example.com',
      password_ref: 'smtp',
    },
    features: { ...features, delete_enabled: 'no', keep_enabled: 1 },
  }),
  shape(
    'an unknown detail',
    { ai: { credentials_ref: 'ai', vision_detail: 'medium' } },
    'config.ai.vision_detail',
  ),
  shape('the life cycle of a model', {
    ai: {
      credentials_ref: 'ai',
      vision_model_lifecycle: {
        warning: 'goes away',
        shutdown_date: '2026-12-01',
        recommended_replacement: 'another',
        severity: 'critical',
      },
    },
  }),
  shape(
    'blocks of other types',
    {
      ai: 'x',
      publishers: 7,
      features: [],
      content: true,
      captionfile: [1],
      confirmation: 'no',
      appearance: 3,
    },
    'config.features',
    'config.publishers',
    'config.ai',
    'config.captionfile',
    'config.confirmation',
    'config.content',
    'config.appearance',
  ),
  shape(
    'publishers that are none',
    {
      publishers: [
        7,
        'telegram',
        null,
        [],
        { type: 9 },
        { type: 'pigeon' },
        { type: 'telegram', enabled: 'perhaps' },
      ],
    },
    'config.publishers.0',
    'config.publishers.1',
    'config.publishers.3',
    'config.publishers.4.type',
    'config.publishers.6.enabled',
  ),
  shape(
    'the object form with entries that are none',
    { publishers: { telegram: true, email: { enabled: 'x', config: 'y' } } },
    'config.publishers.telegram',
    'config.publishers.email.config',
    'config.publishers.email.enabled',
  ),
  shape('more examples of the voice than are used', {
    content: { voice_profile: Array.from({ length: 21 }, (_, index) => `example ${index}`) },
  }),
  shape(
    'examples of the voice that are no text',
    { content: { voice_profile: ['one', 7, null, '', {}] } },
    'config.content.voice_profile',
  ),
  shape(
    'limits that are out of range',
    {
      ai: {
        credentials_ref: 'ai',
        rate_per_minute: 0,
        vision_max_dimension: -1,
        system_prompt: 'x'.repeat(20_001),
      },
      email_server: { port: 70_000 },
    },
    'config.email_server.port',
    'config.ai.system_prompt',
    'config.ai.rate_per_minute',
    'config.ai.vision_max_dimension',
  ),
]

/** Every block and every field of the contract, filled in. */
export const fullConfig = {
  features: {
    publish_enabled: true,
    analyze_caption_enabled: true,
    keep_enabled: false,
    remove_enabled: false,
    delete_enabled: true,
    auto_view_enabled: true,
    library_enabled: false,
    alt_text_enabled: false,
    smart_hashtags_enabled: false,
    voice_matching_enabled: false,
    mode: 'publish',
  },
  storage: { ...storage, paths: { root: '/Photos', archive: 'done', keep: 'kept', remove: 'gone' } },
  publishers: [
    { id: 't', type: 'telegram', enabled: true, credentials_ref: 'tg', config: { channel_id: '@alice' } },
    {
      id: 'f',
      type: 'fetlife',
      enabled: true,
      config: { recipient: '1@upload.example.com', caption_target: 'both', subject_mode: 'private' },
    },
  ],
  email_server: {
    host: 'mail.example.com',
    port: 465,
    use_tls: true,
    from_email: 'a@example.com',
    username: 'a',
    password_ref: 'smtp',
  },
  ai: {
    credentials_ref: 'ai',
    vision_model: 'see',
    caption_model: 'write',
    system_prompt: 'You write.',
    role_prompt: 'Write.',
    sd_caption_enabled: true,
    sd_caption_single_call_enabled: false,
    sd_caption_model: 'sd',
    sd_caption_system_prompt: 'SD.',
    sd_caption_role_prompt: 'SD!',
    model_notices: ['soon'],
    vision_model_lifecycle: {
      warning: 'w',
      shutdown_date: '2027',
      recommended_replacement: 'r',
      severity: 'info',
    },
    caption_model_lifecycle: { warning: 'w', shutdown_date: '2028' },
    rate_per_minute: 7,
    vision_max_dimension: 700,
    vision_detail: 'high',
    vision_fallback_enabled: false,
    vision_fallback_max_dimension: 900,
    vision_fallback_detail: 'low',
  },
  captionfile: { extended_metadata_enabled: true, artist_alias: 'A' },
  confirmation: {
    confirmation_to_sender: false,
    confirmation_tags_count: 3,
    confirmation_tags_nature: 'nouns',
  },
  content: { hashtag_string: '#x', archive: false, debug: true, voice_profile: ['one', 'two'] },
  auth: { enabled: true, allowed_emails: ['a@example.com'] },
  appearance: { title: 'Alice', accent_color: '#ffaa00', background_color: '#000000' },
}

type Path = readonly string[]

const required = new Set([
  'storage',
  'storage.provider',
  'storage.credentials_ref',
  'storage.paths',
  'storage.paths.root',
])

function pathsBelow(value: unknown, path: Path): Path[] {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [
    ...(path.length === 0 || required.has(path.join('.')) ? [] : [path]),
    ...members.flatMap(([key, member]) => pathsBelow(member, [...path, key])),
  ]
}

/** The place of every optional field, block and entry of {@link fullConfig}. */
export const optionalPaths: readonly Path[] = pathsBelow(fullConfig, [])

/** The document with this value at the path. */
export function withValueAt(document: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  const copy: Record<string, unknown> = Object(structuredClone(document))
  copy[key] = withValueAt(copy[key], rest, value)
  return copy
}

/** Odd values of every type that JSON has. A sub-path of the storage that climbs is refused on purpose, so none does. */
export const anyJson = fc
  .oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('', '  ', 'x'.repeat(20_001), 0, -1, 1e308, 0.5, true, null, [], {}, [[]], 'TRUE', '587'),
  )
  .filter((value) => typeof value !== 'string' || !/\.\.|[\\\p{Cc}]/u.test(value))
