/** Test photographer: a configuration file, a photo, and the vendors that the configuration names. */
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { startOpenAiEmulator } from '../../dev/emulators/openai.ts'

/** AI and mail server on this machine that accept the secrets of the configuration. */
export interface Vendors {
  openaiUrl: string
  mailPort: number
  close(): Promise<void>
}

const apiKey = 'proof-key'
const mailPassword = 'proof-password'

/** Starts both vendors. */
export async function startVendors(): Promise<Vendors> {
  const openai = await startOpenAiEmulator({ keys: [apiKey], models: ['gpt-4o', 'gpt-4o-mini'] })
  const mail = new SMTPServer({
    logger: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      if (password === mailPassword) done(null, { user: username ?? '' })
      else done(new Error('Invalid login'))
    },
  })
  // Clients may hang up mid-conversation.
  mail.on('error', () => undefined)
  mail.listen(0, '127.0.0.1')
  await once(mail.server, 'listening')
  const address = mail.server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The mail server has no TCP port.')
  return {
    openaiUrl: openai.url,
    mailPort: address.port,
    async close() {
      await Promise.all([openai.close(), new Promise<void>((resolve) => mail.close(() => resolve()))])
    },
  }
}

/**
 * Writes the files of a dedicated app with AI captions and publishing by mail. Returns the variables that name
 * the files.
 */
export async function photographer(
  directory: string,
  { openaiUrl, mailPort }: Vendors,
): Promise<Record<string, string>> {
  const { default: sharp } = await import('sharp')
  const photos = join(directory, 'photos')
  await mkdir(photos, { recursive: true })
  await sharp({ create: { width: 900, height: 600, channels: 3, background: '#a03020' } })
    .jpeg()
    .toFile(join(photos, 'dusk.jpg'))
  const configFile = join(directory, 'alice.json')
  await writeFile(
    configFile,
    JSON.stringify({
      tenant: 'alice',
      config: {
        features: { auto_view_enabled: true },
        storage: { provider: 'local', paths: { root: photos } },
        ai: { credentials_ref: 'ai' },
        publishers: [{ type: 'fetlife', config: { recipient: 'upload@mail.example.org' } }],
        email_server: {
          ...{ host: '127.0.0.1', port: mailPort, use_tls: false },
          ...{ from_email: 'alice@mail.example.org', password_ref: 'mail' },
        },
      },
      credentials: {
        ai: { provider: 'openai', api_key: apiKey },
        mail: { provider: 'smtp', password: mailPassword },
      },
    }),
  )
  return {
    CONFIG_SOURCE: 'file',
    CONFIG_FILE: configFile,
    WEB_SESSION_SECRET: 'x'.repeat(32),
    OPENAI_BASE_URL: openaiUrl,
  }
}
