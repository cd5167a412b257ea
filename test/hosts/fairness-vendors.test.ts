/** Failures of one tenant's AI, platform or mail server do not affect other tenants. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { onAsk } from '../../dev/emulators/openai/faults.ts'
import { onMethod } from '../../dev/emulators/telegram/faults.ts'
import { startTroubledServer } from '../support/fakes/smtp-servers.ts'
import { adminPost } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { metricsToken, sampleOf, scrape } from '../support/fixtures/prometheus-text.ts'
import { apiKey, botToken, recipient, type Studio, startStudio } from '../support/fixtures/studio.ts'

/** Removes duplicates. */
function unique(values: readonly unknown[]): unknown[] {
  return [...new Set(values.map((value) => JSON.stringify(value)))].map((text) => JSON.parse(text))
}

/** Counter that gives each picture its own colour, because the ledger identifies photos by content. */
let shades = 0

describeOnBothHosts('a tenant with a failing vendor', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind, { METRICS_TOKEN: metricsToken })
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  const telegramOnly = { platforms: ['telegram'] }
  const mailOnly = { platforms: ['email'] }

  /** Adds a tenant with this many photos. Returns their names. */
  async function album(tenant: string, photos: number, config: Record<string, unknown> = {}) {
    const store = studio.tenant(tenant, config)
    const names = Array.from({ length: photos }, (_, index) => `photo-${index}.jpg`)
    await Promise.all(
      names.map(async (name) => upload(store, name, await picture(++shades % 256, 100 + shades))),
    )
    return names
  }

  const post = (tenant: string, name: string, action: string, body?: unknown) =>
    adminPost(studio.fleet, tenant, `/api/images/${name}/${action}`, body)

  async function refusals(answers: readonly Response[]): Promise<unknown[]> {
    const refused = answers.filter(({ status }) => status !== 200)
    return Promise.all(
      refused.map(async (answer) => [
        answer.status,
        (await answer.clone().json()).code,
        Number(answer.headers.get('retry-after')) > 0,
      ]),
    )
  }

  /** Publishes all photos concurrently. `answered` lists the answers so far. */
  function publishAll(tenant: string, names: readonly string[], body: unknown) {
    const answered: Response[] = []
    const all = names.map((name) =>
      post(tenant, name, 'publish', body).then((answer) => {
        answered.push(answer)
        return answer
      }),
    )
    return { answered, all: Promise.all(all) }
  }

  it('limits a tenant with a hanging platform to four posts, and queues or rejects its other attempts', async () => {
    const tenant = `hanging-${kind.name}`
    const names = await album(tenant, 5)
    const fifth = names.at(-1) ?? ''
    const [bobs = ''] = await album(`bob-${kind.name}`, 1)
    const released = Promise.withResolvers<void>()
    const sent: string[] = []
    const bot = botToken(tenant).split(':')[0] ?? ''
    const end = studio.telegram.interfere((call) => {
      const fault = onMethod('sendphoto', { kind: 'hold', until: released.promise }, { bot })(call)
      if (fault) sent.push(call.bot)
      return fault
    })
    // The first four are sent before the rest, because requests sent together may arrive in any order.
    const held = publishAll(tenant, names.slice(0, 4), telegramOnly)
    await expect.poll(() => sent.length).toBe(4)
    const late = publishAll(
      tenant,
      Array.from({ length: 40 }, () => fifth),
      telegramOnly,
    )
    await expect.poll(() => late.answered.length).toBeGreaterThanOrEqual(4)
    expect(unique(await refusals([...late.answered]))).toEqual([[503, 'busy', true]])
    const text = await scrape(studio.fleet)
    expect(sampleOf(text, 'publisher_posts_waiting')).toBeGreaterThan(0)
    expect(
      sampleOf(text, 'publisher_vendor_rejections_total', { vendor: 'telegram' }),
    ).toBeGreaterThanOrEqual(4)
    const served = await (await post(`bob-${kind.name}`, bobs, 'publish', telegramOnly)).json()
    expect(served.results.telegram).toMatchObject({ success: true })
    expect(sent).toHaveLength(4)
    // A preview sends nothing, so it needs no slot.
    const preview = await post(tenant, names[0] ?? '', 'publish', { ...telegramOnly, dry_run: true })
    expect(preview.status).toBe(200)
    released.resolve()
    end()
    await Promise.all([held.all, late.all])
    // The rejected attempts left nothing half-done.
    for (const name of names) {
      const again = await (await post(tenant, name, 'publish', telegramOnly)).json()
      expect(again).toMatchObject({ archived: true, results: { telegram: { success: true } } })
    }
    expect(studio.telegram.posts.filter(({ chat }) => chat.title === tenant)).toHaveLength(5)
    expect(sampleOf(await scrape(studio.fleet), 'publisher_posts_waiting')).toBe(0)
  }, 90_000)

  it('limits a tenant with a stalled mail server to four mails while other tenants send', async () => {
    const server = await startTroubledServer('content', 'silence')
    try {
      const email_server = {
        host: '127.0.0.1',
        port: server.port,
        use_tls: false,
        from_email: 'tarpit@sender.test',
        password_ref: 'tarpit-smtp',
      }
      const names = await album('tarpit', 8, { email_server })
      const [bobs = ''] = await album('bob-by-mail', 1)
      const { all } = publishAll('tarpit', names, mailOnly)
      const stalled = () => server.heard.filter((moment) => moment === 'content').length
      await expect.poll(stalled).toBe(4)
      const served = await (await post('bob-by-mail', bobs, 'publish', mailOnly)).json()
      expect(served.results.email).toMatchObject({ success: true })
      expect(studio.mail.mails.filter(({ to }) => to.includes(recipient('bob-by-mail')))).toHaveLength(1)
      expect(stalled()).toBe(4)
      await server.close()
      const outcomes = await Promise.all(
        (await all).map(async (answer) => {
          const { results, code } = await answer.json()
          return code ?? results.email.code
        }),
      )
      // Only the four stalled mails have an unknown outcome.
      expect(outcomes.filter((code) => code === 'publish_outcome_unknown')).toHaveLength(4)
      const standings = await Promise.all(
        names.map(async (name) => {
          const preview = await post('tarpit', name, 'publish', { ...mailOnly, dry_run: true })
          return (await preview.json()).results.email.standing
        }),
      )
      expect(standings.filter((standing) => standing === 'unknown')).toHaveLength(4)
      expect(standings.filter((standing) => standing === undefined)).toHaveLength(4)
    } finally {
      await server.close()
    }
  }, 90_000)

  it('queues only the requests of the tenant whose AI hangs', async () => {
    const tenant = `mute-${kind.name}`
    const names = await album(tenant, 8, { ai: { credentials_ref: `${tenant}-ai`, rate_per_minute: 600 } })
    const [bobs = ''] = await album(`talks-${kind.name}`, 1)
    const released = Promise.withResolvers<void>()
    let asked = 0
    const rule = onAsk(
      { kind: 'hold', until: released.promise },
      { key: apiKey(tenant), times: Number.POSITIVE_INFINITY },
    )
    const end = studio.openai.interfere((call) => {
      const fault = rule(call)
      if (fault) asked += 1
      return fault
    })
    const analyses = names.map((name) => post(tenant, name, 'analyze'))
    await expect.poll(() => asked).toBe(4)
    // Some of the requests may still be reading their photos.
    const waiting = async () => sampleOf(await scrape(studio.fleet), 'publisher_ai_places_waiting')
    await expect.poll(waiting).toBeGreaterThan(0)
    expect((await post(`talks-${kind.name}`, bobs, 'analyze')).status).toBe(200)
    expect((await studio.fleet.get(tenant, '/api/images/list')).status).toBe(200)
    expect(asked).toBe(4)
    end()
    released.resolve()
    const answers = await Promise.all(analyses)
    // On a slow machine, some queued requests have timed out by now.
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true)
  }, 90_000)
})
