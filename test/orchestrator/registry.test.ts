import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseRegistry } from '../../orchestrator/registry/file.ts'
import { registryOf } from '../support/fixtures/reference-orchestrator.ts'
import { v2Config } from '../support/fixtures/v2-models.ts'

const storage = { provider: 'local', paths: { root: '/x' } }
const alice = (more: Record<string, unknown> = {}, config: Record<string, unknown> = {}) => ({
  alice: { hosts: ['alice.test.example'], ...more, config: { storage, ...config } },
})

async function bindingOf(described: Record<string, unknown>) {
  const binding = (await registryOf(described, {})).byHost.get('alice.test.example')
  if (!binding) throw new Error('not bound')
  return binding
}

async function reasonOf(
  described: Record<string, unknown>,
  known: Record<string, unknown> = {},
  variables = {},
) {
  const error: unknown = await registryOf(described, known, variables).then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ name: 'RegistryError' })
  return String(error)
}

/** Returns the configuration as sent, after V2's models have accepted it. */
async function v2ConfigOf(config: Record<string, unknown>) {
  const sent = (await bindingOf(alice({}, config))).answer.config
  v2Config.parse(sent)
  return z.record(z.string(), z.unknown()).parse(sent)
}

describe('the version of a configuration', () => {
  it('computes the version as the SHA-256 of the configuration’s canonical JSON', async () => {
    const config = {
      features: { publish_enabled: true, auto_view_enabled: false },
      content: { hashtag_string: '#ä', voice_profile: ['b', 'a'] },
    }
    const { configVersion, answer } = await bindingOf(alice({}, config))
    const canonical =
      '{"content":{"hashtag_string":"#ä","voice_profile":["b","a"]},' +
      '"features":{"auto_view_enabled":false,"publish_enabled":true},' +
      '"storage":{"paths":{"root":"/x"},"provider":"local"}}'
    expect(configVersion).toBe(createHash('sha256').update(canonical).digest('hex'))
    expect(answer).toMatchObject({ config_version: configVersion })
  })

  it('keeps the version when order or notation change, or null replaces an absent field', async () => {
    const versions = await Promise.all(
      [
        '{"tenants":{"alice":{"hosts":["alice.test.example"],"config":{"storage":{"provider":"local","paths":{"root":"/x"}},"features":{"delete_enabled":true}}}}}',
        'tenants:\n  alice:\n    config:\n      features: { delete_enabled: true }\n      storage: { paths: { root: /x }, provider: local }\n    hosts: [alice.test.example]\n',
        'tenants: # with a note\n  alice: { hosts: [alice.test.example], config: { ai: null, features: { delete_enabled: true }, storage: { paths: { root: "/x" }, provider: local } } }',
      ].map(async (tenants) => {
        const { byHost } = await parseRegistry({ tenants, secrets: '', variables: {}, versionKey: '' })
        return byHost.get('alice.test.example')?.configVersion
      }),
    )
    expect(versions[0]).toBeDefined()
    expect(new Set(versions).size).toBe(1)
  })

  it('changes the version with the content, including the order of a list', async () => {
    const profiles = [['a', 'b'], ['b', 'a'], ['a'], []]
    const versions = await Promise.all(
      profiles.map(
        async (voice_profile) => (await bindingOf(alice({}, { content: { voice_profile } }))).configVersion,
      ),
    )
    expect(new Set(versions).size).toBe(profiles.length)
  })
})

describe('the version of credentials', () => {
  const version = async (secret: string, versionKey = 'k') => {
    const secrets = JSON.stringify({ alice: { ref: { provider: 'smtp', password: secret } } })
    const tenants = JSON.stringify({ tenants: alice() })
    const { byTenant } = await parseRegistry({ tenants, secrets, variables: {}, versionKey })
    return byTenant.get('alice')?.byRef.get('ref')?.answer.version
  }

  it('changes the version of credentials only when the secret changes', async () => {
    expect(await version('one')).toBe(await version('one'))
    expect(await version('one')).not.toBe(await version('two'))
  })

  it('derives versions of credentials with a random key, so that short passwords cannot be guessed', async () => {
    expect(await version('one', 'another key')).not.toBe(await version('one'))
  })
})

describe('the tenants file', () => {
  it('sends publishers as a list with identifiers when the file has the object form or no identifiers', async () => {
    const anonymous = { type: 'telegram', credentials_ref: 'r', config: { channel_id: '@x' } }
    const sent = [{ id: 'telegram', ...anonymous }]
    const byType = { telegram: { channel_id: '@x', credentials_ref: 'r' } }
    for (const publishers of [sent, [anonymous], byType]) {
      expect((await bindingOf(alice({}, { publishers }))).answer.config).toMatchObject({ publishers: sent })
    }
  })

  it('sends the features, which V2 requires, when the file has none', async () => {
    expect((await bindingOf(alice())).answer.config).toMatchObject({ features: {} })
    expect((await bindingOf(alice({ schema_version: 1 }))).answer.config).toMatchObject({ features: {} })
  })

  it('converts types, names and identifiers to the form that V2 accepts', async () => {
    const publishers = [
      { id: 7, type: 'email', config: { recipient: 'a@b.example' } },
      { type: ' Telegram ', enabled: '', credentials_ref: ' r ', config: { channel_id: '@x' } },
      { type: 'FetLife', id: '', enabled: 'no', config: null },
      { type: 'pigeon', config: {} },
    ]
    const config = await v2ConfigOf({
      publishers,
      storage: { ...storage, provider: ' Local ', paths: { root: ' /x ' } },
    })
    expect(config).toMatchObject({
      storage: { provider: 'local', paths: { root: '/x' } },
      publishers: [
        { id: '7', type: 'fetlife', config: { recipient: 'a@b.example' } },
        { id: 'telegram', type: 'telegram', credentials_ref: 'r', config: { channel_id: '@x' } },
        { id: 'fetlife', type: 'fetlife', enabled: false },
        { id: 'pigeon', type: 'pigeon' },
      ],
    })
  })

  it('converts the object form of publishers to V2’s list and types', async () => {
    const config = await v2ConfigOf({
      publishers: { email: { recipient: 'a@b.example' }, ' Telegram ': { channel_id: 1 } },
    })
    expect(config.publishers).toMatchObject([
      { type: 'fetlife', config: { recipient: 'a@b.example' } },
      { type: 'telegram', config: { channel_id: 1 } },
    ])
  })

  it('leaves out blank members that V2 would refuse', async () => {
    const config = await v2ConfigOf({
      features: { publish_enabled: '', keep_enabled: ' ' },
      ai: { credentials_ref: '', vision_max_dimension: '', sd_caption_enabled: ' ' },
      email_server: {
        host: 'h.example',
        from_email: 'a@b.example',
        password_ref: 'p',
        port: '',
        use_tls: '',
      },
      content: { hashtag_string: '', archive: '', voice_profile: '' },
      confirmation: { confirmation_tags_count: '' },
      captionfile: '',
      auth: { enabled: '', provider: '' },
    })
    expect(config).toEqual({
      features: {},
      storage,
      ai: {},
      email_server: { host: 'h.example', from_email: 'a@b.example', password_ref: 'p' },
      content: {},
      confirmation: {},
      auth: {},
    })
  })

  it('sends no mail server when its fields are blank', async () => {
    const email_server = { host: '', port: 587, from_email: ' ', password_ref: null }
    expect(await v2ConfigOf({ email_server })).not.toHaveProperty('email_server')
  })

  it('rejects a blank list of admins, which would become the list of the fleet', async () => {
    const reason = await reasonOf(alice({}, { auth: { allowed_emails: ' ' } }))
    expect(reason).toMatch(/tenants\.alice\.config\.auth\.allowed_emails: is not a list/)
  })

  it('accepts a mail server with blank fields', async () => {
    const email_server = { host: '', port: 587, from_email: ' ', password_ref: null }
    expect((await bindingOf(alice({}, { email_server }))).answer).toBeDefined()
  })

  it('accepts unknown keys, with warnings that name the nearest known key', async () => {
    const { warnings } = await registryOf(
      alice(
        {},
        {
          features: { publish_enable: true },
          contents: {},
          publishers: { fetlive: {}, telegram: { chanel_id: 7 } },
          auth: { provider: 'auth0', alowed_emails: [] },
          storage: { ...storage, paths: { root: '/x', 'arch\u202eive': 'y' } },
        },
      ),
      {},
    )
    expect(warnings).toEqual([
      'tenants.alice.config.features.publish_enable is not known (did you mean publish_enabled?)',
      'tenants.alice.config.storage.paths.arch ive is not known (did you mean archive?)',
      'tenants.alice.config.contents is not known (did you mean content?)',
      'tenants.alice.config.auth.alowed_emails is not known (did you mean allowed_emails?)',
      'tenants.alice.config.publishers.0.type: fetlive is not known (did you mean fetlife?)',
      'tenants.alice.config.publishers.1.config.chanel_id is not known (did you mean channel_id?)',
    ])
  })

  it('accepts JSON, and an empty secrets file', async () => {
    const tenants = JSON.stringify({ tenants: alice() })
    const { byTenant } = await parseRegistry({ tenants, secrets: '', variables: {}, versionKey: '' })
    expect(byTenant.get('alice')?.byRef.size).toBe(0)
  })

  it.each([
    [
      'an unknown storage',
      alice({}, { storage: { ...storage, provider: 'ftp' } }),
      /tenants\.alice\.config\.storage\.provider: /,
    ],
    [
      'no storage',
      { alice: { hosts: ['alice.test.example'], config: {} } },
      /tenants\.alice\.config\.storage: /,
    ],
    [
      'no reference',
      alice({}, { storage: { ...storage, provider: 's3' } }),
      /tenants\.alice\.config\.storage\.credentials_ref: /,
    ],
    [
      'a root path with ".."',
      alice({}, { storage: { ...storage, paths: { root: 'a/../..' } } }),
      /tenants\.alice\.config\.storage\.paths: .*"\.\."/,
    ],
    [
      'a flag that is not a boolean',
      alice({}, { features: { publish_enabled: 'perhaps' } }),
      /tenants\.alice\.config\.features\.publish_enabled: /,
    ],
    [
      'an unknown mode',
      alice({}, { features: { mode: 'preview' } }),
      /tenants\.alice\.config\.features\.mode: /,
    ],
    [
      'an invalid publisher in a list',
      alice({}, { publishers: [{ type: 'telegram', enabled: 17 }] }),
      /tenants\.alice\.config\.publishers\.0\.enabled: /,
    ],
    [
      'a mail server without a password',
      alice({}, { email_server: { host: 'h', from_email: 'a@b.example' } }),
      /tenants\.alice\.config\.email_server\.password_ref: /,
    ],
    ['a TTL beyond a day', alice({ ttl_seconds: 90_000 }), /tenants\.alice\.ttl_seconds: /],
    ['version 3', alice({ schema_version: 3 }), /tenants\.alice\.schema_version: must be 1 or 2/],
    ['no hosts', alice({ hosts: [] }), /tenants\.alice\.hosts: /],
    [
      'a host in capitals',
      alice({ hosts: ['Alice.test.example'] }),
      /tenants\.alice\.hosts\.0: .*lower case/,
    ],
    ['a host with a port', alice({ hosts: ['alice.test.example:80'] }), /tenants\.alice\.hosts\.0: /],
    ['a host of one label', alice({ hosts: ['alice'] }), /tenants\.alice\.hosts\.0: /],
    ['a host with an empty label', alice({ hosts: ['alice..example'] }), /tenants\.alice\.hosts\.0: /],
    ['a name that is not a label', { 'Alice!': alice().alice }, /tenants\.Alice!: must be a label/],
    [
      'a host of another tenant',
      { ...alice(), bob: { hosts: ['alice.test.example'], config: { storage } } },
      /tenants\.bob\.hosts: alice\.test\.example is bound twice/,
    ],
    [
      'a label of another tenant',
      { ...alice(), bob: { hosts: ['alice.other.example'], config: { storage } } },
      /tenants\.bob\.hosts: the label alice already belongs to alice/,
    ],
  ])('rejects a tenant with %s, and names the field', async (_title, described, reason) => {
    expect(await reasonOf(described)).toMatch(reason)
  })

  it('reports all invalid fields at once', async () => {
    const reason = await reasonOf(
      alice({}, { features: { publish_enabled: 7, mode: 2 }, content: { archive: 3 } }),
    )
    expect(reason.split('; ')).toHaveLength(3)
  })

  it.each([
    ['truncated YAML', 'tenants:\n  alice: {', /line 2, column 1\d? \(\w+\)|line 3/],
    ['a duplicate key', 'tenants: {}\ntenants: {}', /line 2, column 1 \(DUPLICATE_KEY\)/],
    ['aliases that expand exponentially', bomb(), /neither YAML nor JSON/],
    ['binary content', '\u0000\u0001', /tenants/],
    ['no content', '', /tenants/],
    ['no tenants', 'tenants:', /tenants: /],
    ['other keys', 'hosts: {}', /tenants: /],
  ])('rejects a tenants file with %s', async (_title, tenants, reason) => {
    const error: unknown = await parseRegistry({ tenants, secrets: '', variables: {}, versionKey: '' }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ name: 'RegistryError', message: expect.stringMatching(reason) })
  })

  it('keeps the configuration of another app unchanged', async () => {
    const shop = { shop: { hosts: ['shop.test.example'], app_type: 'shop', config: { storage: 17 } } }
    expect((await registryOf(shop, {})).byHost.get('shop.test.example')?.answer).toMatchObject({
      config: { storage: 17 },
    })
  })

  it('binds no tenant called __proto__', async () => {
    const tenants = `{"tenants":{"__proto__":${JSON.stringify(alice().alice)}}}`
    const registry = await parseRegistry({ tenants, secrets: '', variables: {}, versionKey: '' }).catch(
      () => null,
    )
    expect(registry?.byHost.size ?? 0).toBe(0)
    expect({}).not.toHaveProperty('hosts')
  })
})

describe('the secrets file', () => {
  const secret = (value: unknown) => ({ alice: { 'canary-reference': value } })

  it.each([
    [
      'a variable that is not set',
      { provider: 'openai', api_key: 'env:MISSING' },
      /secrets\.alice\[0\]\.api_key: the variable MISSING is not set/,
    ],
    ['no provider', { api_key: 'canary' }, /secrets\.alice\[0\]\.provider: /],
    ['an unknown provider', { provider: 'canary' }, /secrets\.alice\[0\]\.provider: /],
    [
      'a missing field',
      { provider: 's3', access_key_id: 'canary' },
      /secrets\.alice\[0\]\.secret_access_key: /,
    ],
    ['an empty secret', { provider: 'smtp', password: '' }, /secrets\.alice\[0\]\.password: /],
    ['text in place of fields', 'canary', /secrets\.alice\[0\]: /],
  ])(
    'rejects credentials with %s, and names the place but neither value nor reference',
    async (_title, value, reason) => {
      const said = await reasonOf(alice(), secret(value))
      expect(said).toMatch(reason)
      expect(said).not.toContain('canary')
    },
  )

  it('rejects a secrets file that cannot be parsed, without quoting it', async () => {
    for (const secrets of ['alice: { ref: canary', 'alice:\n - canary: [', '"canary', 'canary']) {
      const input = { tenants: JSON.stringify({ tenants: alice() }), secrets, variables: {}, versionKey: '' }
      const error: unknown = await parseRegistry(input).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'RegistryError', message: expect.stringMatching(/^secrets/) })
      expect(String(error)).not.toContain('canary')
    }
  })

  it('keeps the parser from printing warnings', async () => {
    const warnings: unknown[] = []
    const onWarning = (warning: unknown) => warnings.push(warning)
    process.on('warning', onWarning)
    try {
      const secrets = 'alice:\n  ref: { provider: smtp, password: !tag canary }'
      await parseRegistry({
        tenants: JSON.stringify({ tenants: alice() }),
        secrets,
        variables: {},
        versionKey: '',
      })
      // Warnings are emitted on the next tick.
      await new Promise((resolve) => setImmediate(resolve))
    } finally {
      process.off('warning', onWarning)
    }
    expect(warnings).toEqual([])
  })

  it('accepts secrets of an unbound tenant, but does not serve them', async () => {
    const { byTenant } = await registryOf(alice(), { gone: { ref: { provider: 'smtp', password: 'x' } } })
    expect(byTenant.has('gone')).toBe(false)
  })

  it.each([{ refresh_token: 'x' }, { service_account: { client_email: 'x' } }])(
    'accepts gdrive credentials with %j',
    async (fields) => {
      const known = { alice: { ref: { provider: 'gdrive', ...fields } } }
      const { byTenant } = await registryOf(alice(), known)
      expect(byTenant.get('alice')?.byRef.get('ref')?.answer).toMatchObject(fields)
    },
  )

  it('accepts every kind of credentials in the contract, but no empty variable', async () => {
    const kinds = {
      dropbox: { refresh_token: 'x' },
      s3: { access_key_id: 'x', secret_access_key: 'x', endpoint_url: 'https://s3.example', bucket: 'b' },
      managed: {
        access_key_id: 'x',
        secret_access_key: 'x',
        endpoint_url: 'https://s3.example',
        bucket: 'b',
      },
      gdrive: { service_account: { client_email: 'x' } },
      openai: { api_key: 'x' },
      telegram: { bot_token: 'x' },
      smtp: { password: 'env:PASSWORD' },
      instagram: { access_token: 'x', user_id: '1' },
      bluesky: { handle: 'x', app_password: 'x' },
      mastodon: { instance_url: 'https://m.example', access_token: 'x' },
    }
    const known = Object.entries(kinds).map(([provider, fields]) => [provider, { provider, ...fields }])
    const refs = { alice: Object.fromEntries(known) }
    const { byTenant } = await registryOf(alice(), refs, { PASSWORD: 'from the variable' })
    const byRef = byTenant.get('alice')?.byRef
    expect(byRef?.get('smtp')?.answer).toMatchObject({ password: 'from the variable' })
    expect(byRef?.get('s3')?.answer).toMatchObject({ region: 'auto' })
    expect(byRef?.size).toBe(10)
    expect(await reasonOf(alice(), refs, { PASSWORD: '' })).toMatch(/PASSWORD is not set/)
  })
})

describe('the example files', () => {
  it('validates the example files, and finds a secret for each reference of a served tenant', async () => {
    const read = (name: string) => readFile(`orchestrator/example/${name}`, 'utf8')
    const [tenants, secrets] = [await read('tenants.yaml'), await read('secrets.yaml')]
    const variables = { BOB_S3_SECRET: 'fake' }
    const { byHost, byTenant } = await parseRegistry({ tenants, secrets, variables, versionKey: '' })
    for (const { suspended, appType, answer, tenant } of byHost.values()) {
      if (suspended || appType !== 'publisher_v2') continue
      const refs = [...JSON.stringify(answer).matchAll(/"(?:credentials|password)_ref":"([^"]+)"/g)]
      expect(refs.length).toBeGreaterThan(0)
      for (const [, ref = ''] of refs)
        expect([tenant, ref, byTenant.get(tenant)?.byRef.has(ref)]).toEqual([tenant, ref, true])
    }
  })
})

/** Returns a few hundred bytes of YAML that expand to billions of nodes ("billion laughs"). */
function bomb(): string {
  const lines = ['a0: &a0 [x, x]']
  for (let level = 1; level < 30; level++)
    lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`)
  return `${lines.join('\n')}\n`
}
