/** A tenant in full health, all around it emulated on loopback; each part can be broken. */
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDropboxEmulator, type DropboxEmulator } from '../../dev/emulators/dropbox.ts'
import { type OpenAiEmulator, startOpenAiEmulator } from '../../dev/emulators/openai.ts'
import { type R2Server, startR2 } from '../../dev/emulators/r2.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../../dev/emulators/telegram.ts'
import type { Names } from '../../src/node/doctor/dns.ts'
import type { Finding } from '../../src/node/doctor/examination.ts'
import { type DoctorOptions, examine } from '../../src/node/doctor/examine.ts'
import type { FrontDoor } from '../../src/node/doctor/front-door.ts'
import { startNodeHost } from '../../src/node.ts'
import { sendTo } from '../hosts/http.ts'
import { startOrchestrator, type TenantAnswer, type TestOrchestrator } from '../hosts/orchestrator.ts'
import { type ScriptedIssuer, startScriptedIssuer } from '../hosts/sign-in/scripted-issuer.ts'
import { cert, certifiedName, key } from '../node/test-certificate.ts'
import { type MailServerOnLoopback, startMailServer } from '../publishers/smtp-servers.ts'

/** The one host that the test certificate is for; its base domain is `example`. */
export const host = certifiedName
export const tenant = 'photos'
export const botToken = '1001:photos-canary-token'
export const apiKey = 'sk-canary-0123456789abcdef'
export const channel = { id: -1001234567890, title: 'Photos', username: 'photos_channel' }
const refreshToken = 'canary-refresh-token'
export const refOf = (purpose: string) => `canary-ref-${purpose}`

/** Records by name; `*` is the wildcard. A name that is listed hides it. */
export interface Zone {
  [name: string]: { cname?: string; a?: string[]; caa?: { issue?: string; issuewild?: string }[] }
}

export interface Practice {
  orchestrator: TestOrchestrator
  dropbox: DropboxEmulator
  r2: R2Server
  telegram: TelegramEmulator
  openai: OpenAiEmulator
  mail: MailServerOnLoopback
  issuer: ScriptedIssuer
  zone: Zone
  /** What the orchestrator says; change it at any time. */
  answer: TenantAnswer
  variables: Record<string, string>
  /** Where the host's HTTPS is. */
  door: FrontDoor
  /** What else the doctor is told. */
  options: Partial<DoctorOptions>
  /** What the orchestrator has stored for a purpose; change it, or `null` to take it away. */
  store(purpose: string, secret: Record<string, unknown> | null): void
  /** What stands behind the host's HTTPS, in place of the program. */
  site: ((path: string) => Response) | undefined
  examine(): Promise<readonly Finding[]>
  close(): Promise<void>
}

export async function openPractice(): Promise<Practice> {
  const directory = await mkdtemp(join(tmpdir(), 'publisher-doctor-'))
  const uiDirectory = join(directory, 'ui')
  await mkdir(join(uiDirectory, 'assets'), { recursive: true })
  await writeFile(join(uiDirectory, 'index.html'), '<!doctype html>')
  const dropbox = createDropboxEmulator({ app: { key: 'app-key', secret: 'canary-app-secret' } })
  await dropbox.addAccount(tenant, refreshToken).seed('/Photos/dusk.jpg', 'a photo')
  const [dropboxServer, r2, telegram, openai, mail, issuer, orchestrator] = await Promise.all([
    dropbox.listen(),
    startR2(),
    startTelegramEmulator({ bots: [{ token: botToken, chats: [channel] }] }),
    startOpenAiEmulator({ keys: [apiKey], models: ['gpt-4o', 'gpt-4o-mini'] }),
    startMailServer(),
    startScriptedIssuer(),
    startOrchestrator(),
  ])
  orchestrator.tokens = new Set(['canary-service-token'])
  const answer = healthyAnswer(mail.port)
  orchestrator.tenants.set(host, answer)
  const secrets: Record<string, Record<string, unknown>> = {
    storage: { provider: 'dropbox', version: '1', refresh_token: refreshToken },
    telegram: { provider: 'telegram', version: '1', bot_token: botToken },
    email: { provider: 'smtp', version: '1', password: 'right-canary' },
    ai: { provider: 'openai', version: '1', api_key: apiKey },
  }
  for (const [purpose, secret] of Object.entries(secrets)) {
    orchestrator.credentials.set(`${tenant}/${refOf(purpose)}`, secret)
  }
  const variables: Record<string, string> = {
    PORT: '0',
    ORCHESTRATOR_BASE_URL: orchestrator.url,
    ORCHESTRATOR_SERVICE_TOKEN: 'canary-service-token',
    ORCHESTRATOR_BASE_DOMAIN: 'example',
    WEB_SESSION_SECRET: 'canary-session-secret-of-32-characters',
    ALLOW_PRIVATE_ENDPOINTS: 'true',
    DROPBOX_APP_KEY: 'app-key',
    DROPBOX_APP_SECRET: 'canary-app-secret',
    DROPBOX_BASE_URL: dropboxServer.url,
    TELEGRAM_API_BASE_URL: telegram.url,
    OPENAI_BASE_URL: openai.url,
    OIDC_ISSUER_URL: issuer.issuer,
    AUTH0_CLIENT_ID: 'publisher',
    AUTH0_CLIENT_SECRET: 'canary-client-secret',
  }
  const program = await startNodeHost({ variables, write: () => undefined, uiDirectory })
  const door = await startDoor(async (path) =>
    practice.site
      ? practice.site(path)
      : sendTo(program.port, host, path, { headers: { 'x-forwarded-proto': 'https' } }),
  )
  const practice: Practice = {
    orchestrator,
    dropbox,
    r2,
    telegram,
    openai,
    mail,
    issuer,
    zone: { '*': { cname: 'happy-tree.herokudns.com' } },
    answer,
    variables,
    door: { port: door.port, address: '127.0.0.1', ca: cert },
    options: {},
    site: undefined,
    store(purpose, secret) {
      const key = `${tenant}/${refOf(purpose)}`
      if (secret) orchestrator.credentials.set(key, secret)
      else orchestrator.credentials.delete(key)
    },
    examine: () =>
      examine({
        host,
        variables: practice.variables,
        names: namesOf(practice.zone),
        door: practice.door,
        uiDirectory,
        ...practice.options,
      }),
    async close() {
      await Promise.all([program.close(0), door.close()])
      await Promise.all([
        dropboxServer.close(),
        r2.close(),
        telegram.close(),
        openai.close(),
        mail.close(),
        orchestrator.close(),
        issuer[Symbol.asyncDispose](),
      ])
      await rm(directory, { recursive: true, force: true })
    },
  }
  return practice
}

function healthyAnswer(mailPort: number): TenantAnswer {
  return {
    config: {
      features: { publish_enabled: true, analyze_caption_enabled: true, auto_view_enabled: true },
      storage: { provider: 'dropbox', credentials_ref: refOf('storage'), paths: { root: '/Photos' } },
      publishers: [
        { type: 'telegram', credentials_ref: refOf('telegram'), config: { channel_id: channel.id } },
        { type: 'fetlife', config: { recipient: 'upload-canary@upload.fetlife.test' } },
      ],
      email_server: {
        host: '127.0.0.1',
        port: mailPort,
        use_tls: false,
        from_email: 'sender-canary@example.org',
        password_ref: refOf('email'),
      },
      ai: { credentials_ref: refOf('ai') },
      auth: { allowed_emails: ['admin-canary@example.org'] },
    },
  }
}

/** Puts the photos of the practice into S3. */
export function onS3(practice: Practice, change: Record<string, unknown> = {}): void {
  const { endpoint, bucket, accessKeyId, secretAccessKey } = practice.r2
  practice.answer.config.storage = {
    provider: 's3',
    credentials_ref: refOf('storage'),
    paths: { root: 'photos' },
  }
  practice.store('storage', {
    provider: 's3',
    version: '1',
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    endpoint_url: endpoint,
    bucket,
    ...change,
  })
}

/** A name server's answers (RFC 1034, section 4.3.3: a wildcard stands for names that do not exist). */
export function namesOf(zone: Zone): Names {
  const at = (name: string) => zone[name] ?? (name.endsWith('.example') ? zone['*'] : undefined)
  const fails = (code: string) => Object.assign(new Error(`query ${code}`), { code })
  const answer = async <T>(name: string, found: T[] | undefined): Promise<T[]> => {
    if (zone.down) throw fails('ETIMEOUT')
    if (!at(name)) throw fails('ENOTFOUND')
    if (!found || found.length === 0) throw fails('ENODATA')
    return found
  }
  const addressesOf = (name: string) => {
    const record = at(name)
    if (!record?.cname) return record?.a
    return record.cname.startsWith('gone.') ? [] : ['127.0.0.1']
  }
  return {
    resolve4: ((name: string) => answer(name, addressesOf(name))) as Names['resolve4'],
    resolve6: (async (name: string) => answer<string>(name, [])) as Names['resolve6'],
    resolveCname: async (name) => answer(name, [at(name)?.cname ?? []].flat()),
    resolveCaa: async (name) =>
      answer(
        name,
        zone[name]?.caa?.map((record) => ({ critical: 0, ...record })),
      ),
  }
}

/** HTTPS in front of the program, as the platform's router has it. */
async function startDoor(answer: (path: string) => Promise<Response>) {
  const server = createServer({ key, cert }, (request, response) => {
    answer(request.url ?? '/').then(
      async (got) => response.writeHead(got.status, Object.fromEntries(got.headers)).end(await got.text()),
      (error: unknown) => response.writeHead(599).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
