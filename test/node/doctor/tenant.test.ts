import { describe } from 'vitest'
import { type Fault, onCall } from '../../../dev/emulators/dropbox/faults.ts'
import { onMethod, rateLimited } from '../../../dev/emulators/telegram/faults.ts'
import { itFinds, nothingOfTenant, type Trouble } from '../../support/fixtures/doctor-faults.ts'
import {
  apiKey,
  botToken,
  channel,
  host,
  onS3,
  type Practice,
  refOf,
} from '../../support/fixtures/doctor-tenant.ts'
import { withoutPlatform, withoutStorage } from '../../support/fixtures/unbuilt-providers.ts'

const change = ({ answer }: Practice, blocks: Record<string, unknown>) =>
  void Object.assign(answer.config, blocks)

/** Creates Dropbox's answer for a token without the required permission. */
function missingScope(scope: string): Fault {
  const body = JSON.stringify({
    error_summary: 'missing_scope/..',
    error: { '.tag': 'missing_scope', required_scope: scope },
  })
  return { kind: 'answer', status: 401, body, headers: { 'content-type': 'application/json' } }
}
const always = { times: Number.POSITIVE_INFINITY }

const controlPlane: Trouble[] = [
  {
    what: 'the orchestrator refuses the service token',
    breakIt: ({ orchestrator }) => orchestrator.tokens.clear(),
    differs: { orchestrator: 'failed', site: 'failed', configuration: 'skipped', ...nothingOfTenant },
    says: /refuses the service token/,
    todo: /^Correct ORCHESTRATOR_SERVICE_TOKEN; see/,
  },
  {
    what: 'the orchestrator accepts one of two tokens',
    breakIt: ({ variables }) =>
      void Object.assign(variables, { ORCHESTRATOR_SERVICE_TOKEN: 'canary-old,canary-service-token' }),
    differs: { orchestrator: 'warning' },
    says: /1 of 2 service tokens are accepted; refused: number 1/,
    todo: /docs\/operations\/secrets\.md/,
  },
  {
    what: 'the orchestrator is down',
    breakIt: ({ orchestrator }) => orchestrator.close(),
    differs: { orchestrator: 'failed', site: 'failed', configuration: 'skipped', ...nothingOfTenant },
    says: /cannot be reached/,
    todo: /127\.0\.0\.1:\d+ can be reached from here.*ORCHESTRATOR_BASE_URL/,
  },
  {
    what: 'the orchestrator does not know the host',
    breakIt: ({ orchestrator }) => void orchestrator.tenants.delete(host),
    differs: { configuration: 'failed', site: 'failed', ...nothingOfTenant },
    says: /404: the host is unknown there, or its tenant is suspended/,
  },
  {
    what: 'the orchestrator answers 409 because the host is bound to another application',
    breakIt: ({ orchestrator }) => {
      orchestrator.script = ({ subject }) => (subject === host ? { status: 409 } : undefined)
    },
    differs: { configuration: 'failed', site: 'failed', ...nothingOfTenant },
    says: /bound the host to another application/,
  },
  {
    what: 'a field of the configuration is unusable',
    breakIt: (practice) => change(practice, { captionfile: { extended_metadata_enabled: 'canary-perhaps' } }),
    differs: { configuration: 'warning' },
    says: /config\.captionfile\.extended_metadata_enabled is not true or false, so its default counts/,
  },
  {
    what: 'a field has the wrong type and the TTL is text',
    breakIt: ({ answer }) =>
      void Object.assign(answer, {
        schema_version: 3,
        ttl_seconds: '4000',
        tenant: '',
        config: { ...answer.config, appearance: 7 },
      }),
    differs: { configuration: 'warning' },
    says: /. Its ttl_seconds of 4000 is read as 3600\. schema_version is not a known version, so it is read as version 2\. config\.appearance is not a block of fields, so its defaults count\.$/,
  },
  {
    what: 'the schema version 1 is text',
    breakIt: ({ answer }) => void Object.assign(answer, { schema_version: '1' }),
    differs: {
      configuration: 'warning',
      'credentials.telegram': undefined,
      'credentials.email': undefined,
      'credentials.ai': undefined,
      'publisher.telegram': undefined,
      'publisher.email': undefined,
      admins: 'warning',
      ai: 'skipped',
    },
    says: /schema version 1, so analysis and publishing are off/,
  },
  {
    what: 'the list of admins is blank',
    breakIt: (practice) => change(practice, { auth: { allowed_emails: ' ' } }),
    differs: { configuration: 'warning', admins: 'warning' },
    says: /config\.auth\.allowed_emails is not a list, so sign-in is denied\.$/,
  },
  {
    what: 'the configuration has an unknown key',
    breakIt: (practice) => change(practice, { captionfile: { artist_allias: 'A' } }),
    differs: { configuration: 'warning' },
    says: /config\.captionfile\.artist_allias is not known \(did you mean artist_alias\?\)/,
  },
  {
    what: 'the answer is for another application',
    breakIt: ({ answer }) => void Object.assign(answer, { app_type: 'shop' }),
    differs: { configuration: 'failed', site: 'failed', ...nothingOfTenant },
    says: /bound the host to another application/,
    todo: /publisher_v2/,
  },
  {
    what: 'the configuration is malformed',
    breakIt: (practice) => change(practice, { storage: { provider: 'ftp', paths: { root: '../canary' } } }),
    differs: { configuration: 'failed', site: 'failed', ...nothingOfTenant },
    says: /config\.storage\.provider.*config\.storage\.paths/,
  },
  {
    what: 'the TTL is zero',
    breakIt: ({ answer }) => void Object.assign(answer, { ttl_seconds: 0 }),
    differs: { configuration: 'warning' },
    says: /ttl_seconds of 0 is read as 600/,
  },
  {
    what: 'the schema version is 1',
    breakIt: ({ answer }) => void Object.assign(answer, { schema_version: 1 }),
    differs: {
      configuration: 'warning',
      'credentials.telegram': undefined,
      'credentials.email': undefined,
      'credentials.ai': undefined,
      'publisher.telegram': undefined,
      'publisher.email': undefined,
      admins: 'warning',
      ai: 'skipped',
    },
    says: /schema version 1, so analysis and publishing are off/,
  },
  {
    what: 'the answer names another tenant',
    breakIt: ({ answer }) => void Object.assign(answer, { tenant: 'bob' }),
    differs: { configuration: 'warning' },
    says: /names the tenant “bob”, but credentials are resolved for “photos”/,
  },
]

const credentials: Trouble[] = [
  {
    what: 'a reference does not resolve',
    breakIt: (practice) => practice.store('telegram', null),
    differs: { 'credentials.telegram': 'failed', 'publisher.telegram': 'skipped' },
    says: /do not resolve.*answered 404/,
    todo: /of the kind telegram/,
  },
  {
    what: 'the orchestrator fails to resolve a reference',
    breakIt: ({ orchestrator }) => {
      orchestrator.script = ({ subject }) => (subject === refOf('ai') ? { status: 500 } : undefined)
    },
    differs: { 'credentials.ai': 'failed', ai: 'skipped' },
    says: /do not resolve/,
    todo: /^Look at the log of the orchestrator/,
  },
  {
    what: 'a reference resolves to another kind',
    breakIt: (practice) => practice.store('ai', { provider: 'smtp', version: '1', password: 'canary' }),
    differs: { 'credentials.ai': 'failed', ai: 'skipped' },
    says: /of the kind smtp, expected openai/,
  },
  {
    what: 'resolved credentials are malformed',
    breakIt: (practice) => practice.store('storage', { provider: 'dropbox', refresh: 'canary' }),
    differs: {
      'credentials.storage': 'failed',
      'storage.list': 'skipped',
      'storage.records': 'skipped',
      'storage.link': 'skipped',
    },
    says: /malformed at: refresh_token/,
    todo: /^Correct these fields/,
  },
  {
    what: 'the tenant has run out of credit',
    breakIt: ({ orchestrator }) => {
      orchestrator.script = ({ subject }) =>
        subject === refOf('ai') ? { status: 403, body: { error: 'insufficient_balance' } } : undefined
    },
    differs: { 'credentials.ai': 'failed', ai: 'skipped' },
    says: /run out of credit/,
  },
  {
    what: 'mail is enabled without a server',
    breakIt: (practice) => change(practice, { email_server: undefined }),
    differs: { 'credentials.email': 'failed', 'publisher.email': 'skipped' },
    says: /names no credentials/,
    todo: /email_server/,
  },
  {
    what: 'a platform is enabled that this server does not have',
    breakIt: (practice) => {
      practice.options.providers = withoutPlatform('instagram', ['instagram'])
      change(practice, { publishers: [{ type: 'instagram' }] })
    },
    differs: {
      'publisher.instagram': 'warning',
      'credentials.instagram': 'failed',
      'credentials.telegram': undefined,
      'credentials.email': undefined,
      'publisher.telegram': undefined,
      'publisher.email': undefined,
    },
    says: /cannot publish there/,
  },
]

const storage: Trouble[] = [
  {
    what: 'Dropbox access was revoked',
    breakIt: (practice) =>
      practice.store('storage', { provider: 'dropbox', refresh_token: 'canary-revoked' }),
    differs: { 'storage.list': 'failed', 'storage.records': 'failed', 'storage.link': 'skipped' },
    says: /no longer grants access.*invalid_grant/,
    todo: /^Connect the Dropbox account again/,
  },
  {
    what: 'the Dropbox app has another secret',
    breakIt: ({ variables }) => void Object.assign(variables, { DROPBOX_APP_SECRET: 'canary-wrong' }),
    differs: { 'storage.list': 'failed', 'storage.records': 'failed', 'storage.link': 'skipped' },
    says: /own app key.*invalid_client/,
    todo: /^Correct DROPBOX_APP_KEY and DROPBOX_APP_SECRET/,
  },
  {
    what: 'DROPBOX_APP_KEY is unset',
    breakIt: ({ variables }) =>
      void Object.assign(variables, { DROPBOX_APP_KEY: '', DROPBOX_APP_SECRET: '' }),
    differs: { 'storage.list': 'failed', 'storage.records': 'failed', 'storage.link': 'skipped' },
    says: /cannot use the storage "dropbox"/,
    todo: /^Set DROPBOX_APP_KEY and DROPBOX_APP_SECRET/,
  },
  {
    what: 'Dropbox cannot be reached',
    breakIt: ({ variables }) => void Object.assign(variables, { DROPBOX_BASE_URL: 'http://127.0.0.1:3' }),
    differs: { 'storage.list': 'failed', 'storage.records': 'failed', 'storage.link': 'skipped' },
    says: /Dropbox is not responding correctly.*ECONNREFUSED/,
    todo: /^Check that 127\.0\.0\.1:3 can be reached.*Correct DROPBOX_BASE_URL/,
  },
  {
    what: 'the S3 server cannot be reached',
    breakIt: (practice) => onS3(practice, { endpoint_url: 'http://127.0.0.1:3' }),
    differs: { 'storage.list': 'failed', 'storage.records': 'failed', 'storage.link': 'skipped' },
    says: /is not responding correctly.*ECONNREFUSED/,
    todo: /^Check that 127\.0\.0\.1:3 can be reached.*`endpoint_url`/,
  },
  {
    what: 'the permission to list is missing',
    breakIt: ({ dropbox }) =>
      void dropbox.interfere(onCall('files/list_folder', missingScope('files.metadata.read'), always)),
    differs: { 'storage.list': 'failed', 'storage.link': 'skipped' },
    says: /does not grant this service the permission “files\.metadata\.read”/,
  },
  {
    what: 'the permission to write is missing',
    breakIt: ({ dropbox }) =>
      void dropbox.interfere(onCall('files/upload', missingScope('files.content.write'), always)),
    differs: { 'storage.records': 'failed' },
    says: /“files\.content\.write”/,
    todo: /files\.content\.write/,
  },
  {
    what: 'links do not work',
    breakIt: ({ dropbox }) =>
      void dropbox.interfere(onCall('link', { kind: 'answer', status: 410, body: '' }, always)),
    differs: { 'storage.link': 'failed' },
    says: /answered 410/,
    todo: /files\.content\.read/,
  },
  {
    what: 'the folder is empty',
    breakIt: (practice) =>
      change(practice, {
        storage: { provider: 'dropbox', credentials_ref: refOf('storage'), paths: { root: '/Empty' } },
      }),
    differs: { 'storage.list': 'warning', 'storage.link': 'skipped' },
    says: /empty or missing/,
    todo: /paths\.root/,
  },
  {
    what: 'the S3 key is wrong',
    breakIt: (practice) => {
      onS3(practice, { secret_access_key: 'canary-wrong' })
    },
    differs: { 'storage.list': 'failed', 'storage.records': 'failed', 'storage.link': 'skipped' },
    says: /rejects its credentials.*403 SignatureDoesNotMatch/,
    todo: /s3:ListBucket/,
  },
  {
    what: 'the storage is a disk that the server does not offer',
    breakIt: (practice) => change(practice, { storage: { provider: 'local', paths: { root: '/x' } } }),
    differs: {
      'storage.list': 'failed',
      'storage.records': 'failed',
      'storage.link': 'skipped',
      'credentials.storage': undefined,
    },
    says: /keeps no photos on its own disk.*LOCAL_STORAGE_ROOT/,
    todo: /set LOCAL_STORAGE_ROOT/,
  },
  {
    what: 'a storage is configured that this server lacks',
    breakIt: (practice) => {
      practice.options.providers = withoutStorage('gdrive', ['gdrive'], 'Choose another storage.')
      const storage = { provider: 'gdrive', credentials_ref: refOf('storage'), paths: { root: 'x' } }
      change(practice, { storage })
      practice.store('storage', { provider: 'gdrive', version: '1', refresh_token: 'canary' })
    },
    differs: { 'storage.list': 'failed', 'storage.records': 'failed', 'storage.link': 'skipped' },
    says: /cannot use the storage "gdrive"/,
    todo: /^Choose another storage/,
  },
]

const channels: Trouble[] = [
  {
    what: 'the AI cannot be reached',
    breakIt: ({ variables }) => void Object.assign(variables, { OPENAI_BASE_URL: 'http://127.0.0.1:3/v1' }),
    differs: { ai: 'failed' },
    says: /does not answer/,
    todo: /^Check that 127\.0\.0\.1:3 can be reached.*Correct OPENAI_BASE_URL/,
  },
  {
    what: 'Telegram cannot be reached',
    breakIt: ({ variables }) =>
      void Object.assign(variables, { TELEGRAM_API_BASE_URL: 'http://127.0.0.1:3' }),
    differs: { 'publisher.telegram': 'failed' },
    says: /Telegram/,
    todo: /^Check that 127\.0\.0\.1:3 can be reached.*Correct TELEGRAM_API_BASE_URL/,
  },
  {
    what: 'the bot token was revoked',
    breakIt: ({ telegram }) => telegram.revoke(botToken),
    differs: { 'publisher.telegram': 'failed' },
    says: /rejects the bot token/,
  },
  {
    what: 'the bot is not in the channel',
    breakIt: ({ telegram }) => {
      telegram.revoke(botToken)
      telegram.addBot({ token: '2002:other', chats: [channel] })
      telegram.addBot({ token: botToken, chats: [] })
    },
    differs: { 'publisher.telegram': 'failed' },
    says: /not a member of the channel/,
  },
  {
    what: 'the bot may not post to the channel',
    breakIt: ({ telegram }) => {
      telegram.revoke(botToken)
      telegram.addBot({ token: botToken, chats: [{ ...channel, allowsPosts: false }] })
    },
    differs: { 'publisher.telegram': 'failed' },
    says: /@emulated_bot may not post to “Photos”: make it an administrator/,
  },
  {
    what: 'there is no such channel',
    breakIt: (practice) =>
      change(practice, {
        publishers: [
          { type: 'telegram', credentials_ref: refOf('telegram'), config: { channel_id: '@nobody' } },
        ],
      }),
    differs: { 'publisher.telegram': 'failed', 'credentials.email': undefined, 'publisher.email': undefined },
    says: /chat not found/,
  },
  {
    what: 'the channel is not configured',
    breakIt: (practice) =>
      change(practice, { publishers: [{ type: 'telegram', credentials_ref: refOf('telegram') }] }),
    differs: { 'publisher.telegram': 'failed', 'credentials.email': undefined, 'publisher.email': undefined },
    says: /Set "channel_id"/,
  },
  {
    what: 'Telegram asks for a pause',
    breakIt: async ({ telegram }) => void telegram.interfere(onMethod('getMe', await rateLimited(30))),
    differs: { 'publisher.telegram': 'failed' },
    says: /try again in 30 seconds/,
  },
  {
    what: 'the connection to Telegram breaks',
    breakIt: ({ telegram }) => void telegram.interfere(onMethod('getChat', { kind: 'reset' })),
    differs: { 'publisher.telegram': 'failed' },
    says: /Telegram cannot be reached/,
  },
  {
    what: 'the mail server rejects the password',
    breakIt: (practice) =>
      practice.store('email', { provider: 'smtp', version: '1', password: 'wrong-canary' }),
    differs: { 'publisher.email': 'failed' },
    says: /mail server rejects the sign-in/,
  },
  {
    what: 'nothing listens at the mail server',
    breakIt: ({ answer }) => void Object.assign(Object(answer.config.email_server), { port: 1 }),
    differs: { 'publisher.email': 'failed' },
    says: /mail server cannot be reached/,
  },
  {
    what: 'the AI rejects the key',
    breakIt: ({ openai }) => openai.revoke(apiKey),
    differs: { ai: 'failed' },
    says: /rejects the API key/,
  },
  {
    what: 'the AI has no such model',
    breakIt: (practice) => change(practice, { ai: { credentials_ref: refOf('ai'), vision_model: 'gpt-99' } }),
    differs: { ai: 'warning' },
    says: /not for the model gpt-99/,
  },
  {
    what: 'the AI lists no models',
    breakIt: ({ variables }) =>
      void Object.assign(variables, { OPENAI_BASE_URL: `${variables.OPENAI_BASE_URL}/elsewhere` }),
    differs: { ai: 'warning' },
    says: /lists no models/,
  },
]

const shared: Trouble[] = [
  {
    what: 'the identity provider is down',
    breakIt: ({ issuer }) => void Object.assign(issuer, { isDown: true }),
    differs: { 'sign-in': 'failed' },
    says: /discovery failed/,
  },
  {
    what: 'the identity provider names another issuer',
    breakIt: ({ issuer }) => void Object.assign(issuer.metadata, { issuer: 'https://other.example' }),
    differs: { 'sign-in': 'failed' },
    says: /discovery failed.*names issuer "https:\/\/other\.example", but "http:\/\/127/,
    todo: /match the issuer exactly/,
  },
  {
    what: 'the issuer’s name has an extra slash',
    breakIt: ({ issuer }) => void Object.assign(issuer.metadata, { issuer: `${issuer.issuer}/` }),
    differs: { 'sign-in': 'failed' },
    says: /names issuer "http:\/\/127\.0\.0\.1:\d+\/", but "http:\/\/127\.0\.0\.1:\d+" is configured/,
    todo: /match the issuer exactly/,
  },
  {
    what: 'the identity provider signs with HMAC only',
    breakIt: ({ issuer }) =>
      void Object.assign(issuer.metadata, { id_token_signing_alg_values_supported: ['HS256'] }),
    differs: { 'sign-in': 'failed' },
    says: /signs ID tokens with \["HS256"\] only/,
    todo: /RS256, PS256/,
  },
  {
    what: 'the identity provider has no key for its algorithm',
    breakIt: ({ issuer }) =>
      void Object.assign(issuer.metadata, { id_token_signing_alg_values_supported: ['ES256'] }),
    differs: { 'sign-in': 'failed' },
    says: /none of its 1 signing keys is for ES256/,
  },
  {
    what: 'the identity provider’s keys cannot be read',
    breakIt: ({ issuer }) => void Object.assign(issuer.metadata, { jwks_uri: `${issuer.issuer}/nowhere` }),
    differs: { 'sign-in': 'failed' },
    says: /signing keys cannot be read \(answered 404\)/,
  },
  {
    what: 'the identity provider has no address for signing out',
    breakIt: ({ issuer }) => void Object.assign(issuer.metadata, { end_session_endpoint: undefined }),
    differs: { 'sign-in': 'warning' },
    says: /no address for signing out/,
  },
  {
    what: 'no sign-in is configured',
    breakIt: ({ variables }) => {
      for (const name of ['OIDC_ISSUER_URL', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET']) delete variables[name]
    },
    differs: { 'sign-in': 'warning', 'dns.callback': 'skipped', admins: 'warning' },
    says: /sign-in is off on all sites/,
  },
  {
    what: 'the list of admins is empty',
    breakIt: (practice) => change(practice, { auth: { allowed_emails: [] } }),
    differs: { admins: 'warning' },
    says: /this site has no admins/,
  },
  {
    what: 'Redis does not answer',
    breakIt: ({ variables }) => void Object.assign(variables, { REDIS_URL: 'redis://:canary@127.0.0.1:3' }),
    differs: { redis: 'failed' },
    says: /^it cannot be reached \(.*ECONNREFUSED/,
  },
]

describe('the doctor’s check of the control plane', () => itFinds(controlPlane))
describe('the doctor’s check of credentials', () => itFinds(credentials))
describe('the doctor’s check of the storage', () => itFinds(storage))
describe('the doctor’s check of platforms and the AI', () => itFinds(channels))
describe('the doctor’s check of shared services', () => itFinds(shared))
