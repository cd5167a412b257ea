/** Everything at once in 512 MB: large photos in sight, tenants who publish, and the pass that makes previews ahead. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startTelegramEmulator } from '../dev/emulators/telegram.ts'
import { cookieOf } from '../test/support/fixtures/admin.ts'
import { baseDomain } from '../test/support/fixtures/fleet.ts'
import { memoryOf } from './process-memory.ts'
import { type Gallery, hostOf, type S3Galleries, startGalleries } from './s3-galleries.ts'
import type { Table } from './table.ts'
import { askAll, type Outcome, type Question } from './visitor-load.ts'

const publishing = 8
const vendorMs = 200
const medium = Array.from({ length: 40 }, (_, index) => `medium-${index}.jpg`)
const large = Array.from({ length: 10 }, (_, index) => `large-${index}.jpg`)
/** Photos in no request, for the pass that makes previews ahead of the visitor. */
const unseen = Array.from({ length: 200 }, (_, index) => `next-${index}.jpg`)

const run = promisify(execFile)

export async function measureFullDyno(): Promise<Table> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-full-dyno-'))
  const draw = fileURLToPath(new URL('thumbnail-originals.ts', import.meta.url))
  await run(process.execPath, [draw, directory])
  const [mediumFile, largeFile] = ['baseline-24.jpg', 'progressive-100.jpg'].map((name) =>
    join(directory, name),
  )
  const authors = Array.from({ length: publishing }, (_, index) => `author${index}`)
  const telegram = await startTelegramEmulator({ bots: [], delayMs: vendorMs })
  const galleries = await startGalleries([
    { tenant: 'medium', photos: [...medium, ...unseen], file: mediumFile ?? '' },
    { tenant: 'large', photos: large, file: largeFile ?? '' },
    ...authors.map((tenant, index) => author(tenant, index, mediumFile ?? '')),
  ])
  for (const [index, tenant] of authors.entries()) {
    const { token, chat } = botOf(index)
    telegram.addBot({ token, chats: [{ id: chat, title: tenant }] })
    galleries.orchestrator.credentials.set(`${tenant}/bot`, { provider: 'telegram', bot_token: token })
  }
  try {
    return await measure(galleries, authors, telegram.url)
  } finally {
    await Promise.all([galleries.close(), telegram.close()])
    await rm(directory, { recursive: true })
  }
}

async function measure(
  galleries: S3Galleries,
  authors: readonly string[],
  telegramUrl: string,
): Promise<Table> {
  const publisher = await galleries.startPublisher({ TELEGRAM_API_BASE_URL: telegramUrl })
  const headers = { 'sec-fetch-site': 'same-origin', cookie: await cookieOf() }
  const thumbnail = (tenant: string) => (name: string) => ({
    host: hostOf(tenant),
    path: `/api/images/${name}/thumbnail?size=w960h640`,
  })
  const publish = (tenant: string): Question => ({
    host: hostOf(tenant),
    path: '/api/images/a.jpg/publish',
    method: 'POST',
    headers,
  })
  const idle = (await memoryOf(publisher.pid)).resident
  // The list and the first thumbnails begin the pass ahead.
  await askAll(publisher.port, [{ host: hostOf('medium'), path: '/api/images/list' }], 1)
  const [ofMedium, ofLarge, ofAuthors] = await Promise.all([
    askAll(publisher.port, medium.map(thumbnail('medium')), medium.length),
    askAll(publisher.port, large.map(thumbnail('large')), large.length),
    askAll(publisher.port, authors.map(publish), authors.length),
  ])
  const { peak } = await memoryOf(publisher.pid)
  const { previews } = await galleries.wire()
  publisher.child.kill()
  return {
    title: 'Everything at once in 512 MB',
    columns: ['what', 'answered', 'busy with Retry-After', 'failed', 'seconds'],
    rows: [
      row('40 thumbnails of 24-megapixel JPEGs', ofMedium),
      row('10 thumbnails of progressive 100-megapixel JPEGs', ofLarge),
      row(`${authors.length} tenants publish a 24-megapixel JPEG`, ofAuthors),
    ],
    note: `Max RSS: **${peak.toFixed(0)} MB** of 512 (idle ${idle.toFixed(0)}), with the settings of app.json. All begin together; a busy answer is asked again after its Retry-After. ${previews} previews lay in the bucket at the end. Telegram takes ${vendorMs} ms. Thumbnails are w960h640.`,
  }
}

function row(what: string, { answered, busy, failed, seconds }: Outcome): string[] {
  const trouble = Object.entries(failed).map(([status, times]) => `${times} × ${status}`)
  return [what, String(answered), String(busy), trouble.join(', ') || '0', seconds.toFixed(1)]
}

function author(tenant: string, index: number, file: string): Gallery {
  return {
    tenant,
    photos: ['a.jpg'],
    file,
    config: {
      features: { auto_view_enabled: true, publish_enabled: true },
      auth: { allowed_emails: [`admin@${baseDomain}`] },
      publishers: [
        {
          id: 'channel',
          type: 'telegram',
          credentials_ref: 'bot',
          config: { channel_id: botOf(index).chat },
        },
      ],
    },
  }
}

function botOf(index: number): { token: string; chat: number } {
  const id = 20_000 + index
  return { token: `${id}:${'x'.repeat(35)}`, chat: -id }
}
