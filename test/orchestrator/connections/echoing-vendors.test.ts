/** Vendors and servers of tenants that repeat what they were sent in their errors, in each form in which it was sent. */
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  ConnectionProvider,
  Vendor,
  WrittenCredentials,
} from '../../../orchestrator/connections/vendor.ts'
import { createVendors } from '../../../orchestrator/connections/vendors.ts'
import { parseEnvironment } from '../../../orchestrator/environment.ts'
import { type Canary, canariesIn } from '../../support/fixtures/canary-search.ts'
import { type ReceivedCall, type Receiver, startReceiver } from '../../support/fixtures/http-receiver.ts'
import { everythingOf } from '../../support/fixtures/rejections.ts'
import { memoryApps } from '../../support/fixtures/vendor-app-store.ts'
import { vendorTools } from '../../support/fixtures/vendor-tools.ts'

const secret = (name: string) => `${name}-secret-${crypto.randomUUID()}`
const secrets = {
  app: secret('app'),
  refresh: secret('refresh'),
  access: secret('access'),
  code: secret('code'),
  verifier: `verifier-${crypto.randomUUID()}${crypto.randomUUID()}`,
  bot: `123456789:${crypto.randomUUID().replaceAll('-', '')}abc`,
  api: secret('api'),
  s3: secret('s3'),
  password: secret('password'),
}
const known: Canary[] = Object.entries(secrets).map(([name, value]) => ({ name, secret: value }))
const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})
known.push({ name: 'key file', secret: String(pem).split('\n')[1] ?? '' })

/** Parts of a call that a careless server repeats. */
const parts: Record<string, (call: ReceivedCall) => string> = {
  address: ({ path }) => path,
  'decoded address': ({ path }) => decodeURIComponent(path),
  authorization: ({ headers }) => String(headers.authorization ?? ''),
  body: ({ body }) => body,
  'decoded body': ({ body }) =>
    decodeURIComponent(body.replaceAll('+', ' ').replaceAll(/%(?![\dA-F]{2})/gi, '')),
  'values of the body': ({ body }) => [...new URLSearchParams(body).values()].reverse().join(' '),
}

/** Answer of a token endpoint that grants. */
const granted = {
  ...{ access_token: secrets.access, refresh_token: secrets.refresh, token_type: 'bearer' },
  ...{ expires_in: 3600, user_id: '1' },
}

/** Returns an error in the forms of all vendors at once. */
function errorOf(text: string): string {
  const code = /[\w:.-]{20,60}/.exec(text)?.[0] ?? text
  return JSON.stringify({
    ...{ ok: false, error_code: 400, description: text, message: text, error_description: text },
    ...{ error_summary: text, error_type: code, error_message: text },
    error: text.length < 3 ? { message: text, code, type: code, errors: [{ reason: code }] } : code,
  })
}

describe('an echo of what was sent', () => {
  let receiver: Receiver
  let vendors: ReadonlyMap<ConnectionProvider, Vendor>
  beforeAll(async () => {
    receiver = await startReceiver()
    const { url } = receiver
    const env = parseEnvironment({
      ...{ ORCHESTRATOR_KEYS: 'unused', ALLOW_PRIVATE_ENDPOINTS: 'true', TELEGRAM_API_BASE_URL: url },
      ...{ DROPBOX_APP_KEY: 'id', DROPBOX_APP_SECRET: secrets.app, DROPBOX_BASE_URL: url },
      ...{ GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: secrets.app, GOOGLE_API_BASE_URL: url },
      ...{ INSTAGRAM_APP_ID: 'id', INSTAGRAM_APP_SECRET: secrets.app },
      ...{ INSTAGRAM_API_BASE_URL: `${url}/v25.0`, BLUESKY_SERVICE_URL: url, OPENAI_BASE_URL: url },
      BLUESKY_DIRECTORY_URL: url,
    })
    const apps = memoryApps()
    await apps.keep(
      { server: url, redirectUri: `${url}/cb`, scopes: 'read' },
      { clientId: 'id', clientSecret: secrets.app },
    )
    vendors = createVendors(env, { ...vendorTools(), apps })
  })
  afterAll(() => receiver[Symbol.asyncDispose]())

  /** Returns values to paste, and credentials as they are stored. */
  function valuesAt(
    url: string,
  ): Record<string, { pasted?: unknown; stored: readonly WrittenCredentials[] }> {
    const s3 = { endpoint_url: url, bucket: 'photos', region: 'auto', access_key_id: 'id' }
    const robot = { type: 'service_account', client_email: 'robot@a.test', private_key: String(pem) }
    const file = { ...robot, client_id: '1', private_key_id: '1', project_id: 'p', token_uri: `${url}/token` }
    const bluesky = { handle: 'ann.test', app_password: secrets.password, service: url }
    return {
      dropbox: { stored: [{ provider: 'dropbox', refresh_token: secrets.refresh }] },
      gdrive: {
        pasted: { service_account: file },
        stored: [
          { provider: 'gdrive', refresh_token: secrets.refresh },
          { provider: 'gdrive', service_account: JSON.stringify(file) },
        ],
      },
      s3: {
        pasted: { ...s3, secret_access_key: secrets.s3 },
        stored: [{ provider: 's3', ...s3, secret_access_key: secrets.s3 }],
      },
      telegram: {
        pasted: { bot_token: secrets.bot },
        stored: [{ provider: 'telegram', bot_token: secrets.bot }],
      },
      openai: { pasted: { api_key: secrets.api }, stored: [{ provider: 'openai', api_key: secrets.api }] },
      bluesky: { pasted: bluesky, stored: [{ provider: 'bluesky', ...bluesky }] },
      instagram: { stored: [{ provider: 'instagram', access_token: secrets.access, user_id: '1' }] },
      mastodon: {
        stored: [
          {
            ...{ provider: 'mastodon', instance_url: url, access_token: secrets.access },
            ...{ refresh_token: secrets.refresh, redirect_uri: `${url}/cb`, scopes: 'read' },
          },
        ],
      },
    }
  }

  /** Runs every act of a vendor, and returns all that a person or a log could see of its refusals. */
  async function seenOf(vendor: Vendor): Promise<string[]> {
    const { pasted, stored } = valuesAt(receiver.url)[vendor.provider] ?? { stored: [] }
    const acts: (() => Promise<unknown>)[] = stored.flatMap((credentials) => [
      () => vendor.check(credentials, Date.now() + 1000),
      async () => vendor.revoke?.(credentials),
      async () => vendor.folders?.(credentials, '/a'),
    ])
    if (pasted !== undefined) {
      const values = vendor.pasted?.values.safeParse(pasted)
      expect([vendor.provider, values?.error]).toEqual([vendor.provider, undefined])
      acts.push(async () => vendor.pasted?.accept(values?.data))
    }
    const { url } = receiver
    const kept = {
      ...{ state: 'state-1', verifier: secrets.verifier, origin: url, issuer: null, token: `${url}/token` },
      ...{ scopes: 'read', clientId: 'id', clientSecret: secrets.app },
    }
    const answer = new URLSearchParams({ state: 'state-1', code: secrets.code })
    if (vendor.provider !== 'bluesky') acts.push(async () => vendor.oauth?.finish(answer, kept, `${url}/cb`))
    const seen: string[] = []
    for (const act of acts) {
      try {
        const { account, hint, settings } = Object(await act())
        seen.push(JSON.stringify([account, hint, settings]))
      } catch (error) {
        seen.push(everythingOf(error))
      }
    }
    return seen
  }

  const providers = [
    'dropbox',
    'gdrive',
    's3',
    'telegram',
    'openai',
    'bluesky',
    'instagram',
    'mastodon',
  ] as const

  it.each(providers.flatMap((provider) => [400, 401, 403, 409].map((status) => [provider, status] as const)))(
    'shows no secret in a refusal of %s with %i',
    async (provider, status) => {
      const vendor = vendors.get(provider)
      if (!vendor) throw new Error('The vendor is not offered.')
      for (const [name, part] of Object.entries(parts))
        for (const [isNested, grants] of [
          [false, false],
          [true, false],
          [false, true],
          [true, true],
        ]) {
          receiver.answer = (response, call) => {
            if (grants && /token$/.test(call.path.split('?')[0] ?? ''))
              return void response
                .writeHead(200, { 'content-type': 'application/json' })
                .end(JSON.stringify(granted))
            const text = `Bad ${part(call)}`
            const code = /[\w:.-]{20,60}/.exec(text)?.[0] ?? 'none'
            const error = {
              message: text,
              code,
              type: code,
              status: code,
              error_subcode: 1,
              error_user_msg: text,
            }
            const body = isNested ? JSON.stringify({ error, message: text }) : errorOf(text)
            const isXml = provider === 's3'
            const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${text.replaceAll(/[<&]/g, '')}</Message></Error>`
            response.writeHead(status, { 'content-type': isXml ? 'application/xml' : 'application/json' })
            response.end(isXml ? xml : body)
          }
          const seen = await seenOf(vendor)
          expect([name, isNested, canariesIn(seen.join('\n'), known)]).toEqual([name, isNested, []])
          expect(seen.length).toBeGreaterThan(1)
        }
    },
  )

  it('finds a secret that an error repeats', () => {
    expect(canariesIn(everythingOf(new Error(`Bad ${secrets.bot}`)), known)).not.toEqual([])
    expect(receiver.calls.length).toBeGreaterThan(100)
    expect(canariesIn(JSON.stringify(receiver.calls), known).length).toBeGreaterThan(8)
  })
})
