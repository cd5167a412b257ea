import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publishOnSchedule } from '../../src/jobs/publish-next.ts'
import { createNodeServices } from '../../src/node.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { baseDomain, serviceToken, sessionSecret } from '../support/fixtures/fleet.ts'
import { nodeHost, workerHost } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { putObject } from '../support/fixtures/s3-servers.ts'
import { trainingPromptOnly } from '../support/fixtures/sidecar-examples.ts'
import { apiKey, recipient, type Studio, startStudio } from '../support/fixtures/studio.ts'

const serverSchema = z
  .object({
    endpoint_url: z.string(),
    bucket: z.string(),
    access_key_id: z.string(),
    secret_access_key: z.string(),
  })
  .transform(({ endpoint_url, bucket, access_key_id, secret_access_key }) => ({
    endpoint: endpoint_url,
    bucket,
    accessKeyId: access_key_id,
    secretAccessKey: secret_access_key,
  }))

const project = fileURLToPath(new URL('../../', import.meta.url))

// Up to five programs run in sequence, which takes a busy machine longer than the usual limit.
describe('npm run publish', { timeout: 120_000 }, () => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(nodeHost)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  function environment(): Record<string, string> {
    return {
      ORCHESTRATOR_BASE_URL: studio.fleet.orchestrator.url,
      ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
      ORCHESTRATOR_BASE_DOMAIN: baseDomain,
      WEB_SESSION_SECRET: sessionSecret,
      ALLOW_PRIVATE_ENDPOINTS: 'true',
      TELEGRAM_API_BASE_URL: studio.telegram.url,
      OPENAI_BASE_URL: studio.openai.url,
    }
  }

  async function run(...args: string[]): Promise<{ code: number; output: string; log: string }> {
    const child = spawn(process.execPath, ['src/node/publish.ts', ...args], {
      cwd: project,
      env: { PATH: process.env.PATH ?? '', ...environment() },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [output, log, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ])
    return { code, output, log }
  }

  const posts = (tenant: string) => studio.telegram.posts.filter(({ chat }) => chat.title === tenant)

  it('captions and publishes photos one by one, each once, until none is left', async () => {
    const store = studio.tenant('evening')
    for (const [index, name] of ['a.jpg', 'b.jpg'].entries())
      await upload(store, name, await picture(index + 1))
    const host = `evening.${baseDomain}`
    for (let count = 1; count <= 2; count++) {
      const { code, output } = await run('--host', host)
      expect([code, output]).toEqual([
        0,
        expect.stringMatching(/^reading\nlooking\n[\s\S]*\.jpg, now in the archive/),
      ])
      expect(posts('evening')).toHaveLength(count)
      expect(studio.mail.mails.filter(({ to }) => to.includes(recipient('evening')))).toHaveLength(count)
    }
    expect((await store.list('archive')).photos.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg'])
    expect(posts('evening')[0]?.caption).not.toBe('')
    const none = await run('--host', host)
    expect([none.code, none.output]).toEqual([3, `${host} has nothing left to publish.\n`])
  })

  it('prints only what it would do in a preview', async () => {
    const store = studio.tenant('preview')
    await upload(store, 'a.jpg', await picture(3))
    await store.writeSidecar('root', parsePhotoName('a.jpg'), '\n\n# ---\n# caption: As it is.\n')
    for (const flag of ['--preview', '--dry-run']) {
      const { code, output } = await run('--host', `preview.${baseDomain}`, '--select', 'a.jpg', flag)
      expect(code).toBe(0)
      expect(output).toMatch(/telegram: .*As it is\./)
      expect(output).toMatch(/email: .*As it is\./)
      expect(output).not.toContain(recipient('preview'))
    }
    expect(posts('preview')).toEqual([])
    expect((await store.list('root')).photos).toHaveLength(1)
  })

  it('announces in a preview that the AI would caption a photo without caption', async () => {
    const store = studio.tenant('uncaptioned')
    await upload(store, 'a.jpg', await picture(8))
    const host = `uncaptioned.${baseDomain}`
    for (const args of [[], ['--select', 'a.jpg']]) {
      const { code, output } = await run('--host', host, ...args, '--preview')
      expect([code, output]).toEqual([0, expect.stringContaining('The AI would write the captions first.')])
      expect(output).not.toContain('skipped')
    }
    const off = { features: { publish_enabled: true } }
    await upload(studio.tenant('without-ai', off), 'a.jpg', await picture(8))
    const plain = await run('--host', `without-ai.${baseDomain}`, '--preview')
    expect([plain.code, plain.output]).toEqual([0, expect.not.stringContaining('The AI')])
    expect(studio.openai.calls.filter(({ key }) => key === apiKey('uncaptioned'))).toEqual([])
    expect(await store.listRecords(['ledger'])).toEqual([])
  })

  it('exits successfully and sends nothing when the tenant is in debug mode', async () => {
    await upload(studio.tenant('debugging', { content: { debug: true } }), 'a.jpg', await picture(8))
    const { code, output } = await run('--host', `debugging.${baseDomain}`)
    expect([code, output]).toEqual([0, expect.stringMatching(/^Preview: [\s\S]*telegram: /m)])
    expect(output).not.toContain('skipped')
    expect(posts('debugging')).toEqual([])
  })

  it('reports when and where a photo was published when it is chosen again', async () => {
    const store = studio.tenant('again', { content: { archive: false } })
    await upload(store, 'a.jpg', await picture(9))
    const args = ['--host', `again.${baseDomain}`, '--select', 'a.jpg']
    expect((await run(...args)).output).toMatch(/telegram: published as https:\/\/t\.me/)
    const { code, output } = await run(...args)
    const there =
      /telegram: already there since \d{4}-\d\d-\d\d \d\d:\d\d UTC, https:\/\/t\.me\S*; nothing was sent/
    expect([code, output]).toEqual([0, expect.stringMatching(there)])
    expect(output).not.toContain('published')
    const preview = await run(...args, '--preview')
    expect(preview.output).toMatch(/telegram: already there since .*t\.me\S*; nothing would be sent/)
    expect(posts('again')).toHaveLength(1)
  })

  it('explains its exit codes in its help', async () => {
    const { code, output } = await run('--help')
    expect([code, output]).toEqual([0, expect.stringMatching(/3 +nothing left to publish/)])
  })

  it('publishes without a caption when the photo has only a training prompt and analysis is off', async () => {
    const store = studio.tenant('prompt-only', { features: { publish_enabled: true } })
    await upload(store, 'dusk.jpg', await picture(6))
    await store.writeSidecar('root', parsePhotoName('dusk.jpg'), trainingPromptOnly)
    const { code, output } = await run('--host', `prompt-only.${baseDomain}`)
    expect([code, output]).toEqual([0, expect.stringContaining('now in the archive')])
    expect(posts('prompt-only').map(({ caption }) => caption ?? '')).toEqual([''])
    const mails = studio.mail.mails.filter(({ to }) => to.includes(recipient('prompt-only')))
    expect(mails).toHaveLength(1)
    expect(JSON.stringify(mails)).not.toContain('hemp rope')
  })

  it('does not send a photo with an unreadable sidecar', async () => {
    for (const [tenant, features] of [
      ['unread', {}],
      ['unread-by-hand', { features: { publish_enabled: true } }],
    ] as const) {
      const store = studio.tenant(tenant, features)
      await upload(store, 'a.jpg', await picture(5))
      const credentials = studio.fleet.orchestrator.credentials.get(`${tenant}/${tenant}-storage`)
      await putObject(serverSchema.parse(credentials), `${tenant}/a.txt`, new Uint8Array(70_000))
      const ended = await run('--host', `${tenant}.${baseDomain}`)
      expect([ended.code, ended.log]).toEqual([1, expect.stringContaining('sidecar_unreadable')])
      expect(posts(tenant)).toEqual([])
    }
  })

  it('reports the problem and exits with a matching code', async () => {
    const store = studio.tenant('trouble', { features: { auto_view_enabled: true } })
    await upload(store, 'a.jpg', await picture(4))
    const cases: [string[], number, string][] = [
      [[], 2, 'Missing --host'],
      [['--hosst', 'x'], 2, 'npm run publish'],
      [['--host', `nobody.${baseDomain}`], 1, 'tenant_not_found'],
      [['--host', 'alice.elsewhere.test'], 1, 'tenant_not_found'],
      [['--host', `trouble.${baseDomain}`], 1, 'feature_disabled'],
    ]
    for (const [args, code, said] of cases) {
      const ended = await run(...args)
      expect([args, ended.code, ended.log]).toEqual([args, code, expect.stringContaining(said)])
    }
  })

  it('does not send a photo that the AI has declined to caption', async () => {
    const store = studio.tenant('declined')
    await upload(store, 'a.jpg', await picture(5))
    const end = studio.openai.interfere(() => ({
      kind: 'say',
      instead: () => ({ content: null, refusal: 'No.' }),
    }))
    const { code, log } = await run('--host', `declined.${baseDomain}`)
    end()
    expect([code, log]).toEqual([1, expect.stringContaining('ai_refused')])
    expect(posts('declined')).toEqual([])
  })

  it('publishes on a Worker’s schedule', async () => {
    await using fleet = await startStudio(workerHost, { SCHEDULED_PUBLISH_HOSTS: `cron.${baseDomain}` })
    const store = fleet.tenant('cron')
    await upload(store, 'a.jpg', await picture(7))
    await fleet.fleet.host.runSchedule?.()
    expect(fleet.telegram.posts).toHaveLength(1)
    expect((await store.list('archive')).photos).toHaveLength(1)
  })

  it('publishes on a schedule and logs each run', async () => {
    const store = studio.tenant('schedule')
    await upload(store, 'a.jpg', await picture(6))
    const lines: string[] = []
    const services = await createNodeServices({ variables: environment(), write: (line) => lines.push(line) })
    const context = { requestId: 'schedule-1', waitUntil: () => undefined }
    await publishOnSchedule(services, `schedule.${baseDomain}`, context)
    await publishOnSchedule(services, `schedule.${baseDomain}`, context)
    await publishOnSchedule(services, `nobody.${baseDomain}`, context)
    expect(posts('schedule')).toHaveLength(1)
    const said = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes('on schedule'))
    expect(said).toMatchObject([
      { msg: 'published on schedule', tenant: 'schedule', photo: 'a.jpg' },
      { msg: 'nothing left to publish on schedule', tenant: 'schedule' },
      { msg: 'nothing was published on schedule', tenant: 'nobody' },
    ])
  })
})
