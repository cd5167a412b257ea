/**
 * Isolation of fifty concurrent photographers during vendor failures: no tenant sees, sends or moves
 * another's data.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serverError as aiError, onAsk } from '../../dev/emulators/openai/faults.ts'
import { onMethod, rateLimited, serverError } from '../../dev/emulators/telegram/faults.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { cookieOf } from '../support/fixtures/admin.ts'
import { baseDomain, https } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { apiKey, chatOf, recipient, type Studio, startStudio } from '../support/fixtures/studio.ts'

interface Action {
  tenant: string
  method: 'GET' | 'POST'
  path: string
  /** Tenant whose admin asks; `null` for a stranger. */
  admin: string | null
  /** Expected status for a stranger or a foreign admin. */
  refusal?: number
}

const emailOf = (tenant: string) => `admin-of-${tenant}@${baseDomain}`

/** Shuffles in the same order in every run. */
function shuffled<T>(items: readonly T[]): T[] {
  let seed = 20_261_123
  const weighed = items.map((item) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return { item, weight: seed }
  })
  return weighed.sort((one, other) => one.weight - other.weight).map(({ item }) => item)
}

function actionsOf(tenant: string, other: string): Action[] {
  const own = (method: Action['method'], path: string): Action => ({ tenant, method, path, admin: tenant })
  const refused = (method: Action['method'], path: string): Action[] => [
    { tenant, method, path, admin: null, refusal: 401 },
    { tenant, method, path, admin: other, refusal: 403 },
  ]
  return [
    own('GET', '/api/images/list'),
    own('GET', '/api/images/random'),
    own('GET', '/api/images/a.jpg'),
    own('GET', '/api/images/b.jpg/thumbnail?size=w256h256'),
    own('GET', '/api/library/objects'),
    own('GET', '/api/admin/status'),
    own('GET', '/api/config/voice-profile'),
    own('POST', '/api/images/a.jpg/analyze'),
    own('POST', '/api/images/a.jpg/publish'),
    own('POST', '/api/images/a.jpg/publish'),
    own('POST', '/api/images/b.jpg/keep'),
    own('POST', '/api/images/b.jpg/restore'),
    ...refused('GET', '/api/library/objects'),
    ...refused('POST', '/api/images/a.jpg/publish'),
    ...refused('POST', '/api/images/b.jpg/keep'),
  ]
}

describeOnBothHosts('many photographers', (kind) => {
  const count = kind.name === 'node' ? 50 : 12
  // All names have the same length, so that none is a substring of another.
  const tenants = Array.from({ length: count }, (_, index) => `studio${String(index).padStart(3, '0')}`)
  const othersOf = (tenant: string) => tenants.filter((name) => name !== tenant)
  let studio: Studio
  const stores = new Map<string, ReturnType<Studio['tenant']>>()

  beforeAll(async () => {
    studio = await startStudio(kind)
    for (const [index, tenant] of tenants.entries()) {
      const store = studio.tenant(tenant, {
        auth: { allowed_emails: [emailOf(tenant)] },
        content: { voice_profile: [`The voice of ${tenant}.`] },
        features: {
          auto_view_enabled: true,
          publish_enabled: true,
          analyze_caption_enabled: true,
          voice_matching_enabled: true,
        },
      })
      stores.set(tenant, store)
      await upload(store, 'a.jpg', await picture(index, 90 + index, 60))
      await upload(store, 'b.jpg', await picture(index, 60, 90 + index))
      await store.writeSidecar('root', parsePhotoName('b.jpg'), `\n\n# ---\n# caption: Words of ${tenant}.\n`)
    }
  }, 300_000)
  afterAll(() => studio[Symbol.asyncDispose]())

  it('shares nothing between tenants, even while vendors fail', async () => {
    const { fleet, telegram, openai, mail } = studio
    const limited = await rateLimited(1)
    for (let nth = 3; nth < count; nth += 9) {
      telegram.interfere(onMethod('sendphoto', limited, { nth }))
      telegram.interfere(onMethod('sendphoto', serverError(500), { nth: nth + 4 }))
      openai.interfere(onAsk(aiError(500), { nth }))
    }
    let credentialCalls = 0
    fleet.orchestrator.script = ({ path }) =>
      path === '/v1/credentials/resolve' && ++credentialCalls % 11 === 0 ? { status: 503 } : undefined

    const actions = tenants.flatMap((tenant, index) => actionsOf(tenant, tenants[(index + 1) % count] ?? ''))
    const cookies = new Map(
      await Promise.all(tenants.map(async (tenant) => [tenant, await cookieOf(emailOf(tenant))] as const)),
    )
    const wrong: unknown[] = []
    const queue = shuffled(actions)
    const worker = async () => {
      for (let action = queue.pop(); action; action = queue.pop()) {
        const { tenant, method, path, admin, refusal } = action
        const cookie = admin === null ? undefined : cookies.get(admin)
        const response = await fleet.host.request(`${tenant}.${baseDomain}`, path, {
          method,
          headers: { ...https, 'sec-fetch-site': 'same-origin', ...(cookie && { cookie }) },
        })
        const text = await response.text()
        const foreign = othersOf(tenant).filter((name) => text.includes(name))
        const isOwnError = refusal !== undefined && admin !== null && foreign.every((name) => name === admin)
        if (foreign.length > 0 && !isOwnError) wrong.push([action, foreign])
        if (text.includes('canary')) wrong.push([action, 'a secret'])
        if (refusal !== undefined && response.status !== refusal) wrong.push([action, response.status])
        if (response.status === 500) wrong.push([action, text])
      }
    }
    await Promise.all(Array.from({ length: 40 }, worker))
    expect(wrong).toEqual([])

    for (const { bot, chat, caption } of telegram.posts) {
      expect([chat.title, bot]).toEqual([chat.title, String(chatOf(chat.title))])
      expect(othersOf(chat.title).filter((name) => caption.includes(name))).toEqual([])
    }
    expect(new Set(telegram.posts.map(({ chat }) => chat.title)).size).toBe(telegram.posts.length)
    for (const { key, prompt, system } of openai.calls) {
      const owner = tenants.find((tenant) => key === apiKey(tenant)) ?? 'nobody'
      expect(tenants).toContain(owner)
      expect(othersOf(owner).filter((name) => `${prompt}${system}`.includes(name))).toEqual([])
    }
    expect(openai.calls.some(({ prompt }) => prompt.includes('The voice of '))).toBe(true)
    for (const { from, to, raw } of mail.mails) {
      const owner = from.split('@')[0] ?? ''
      expect([recipient(owner), emailOf(owner)]).toEqual(expect.arrayContaining(to))
      expect(othersOf(owner).filter((name) => raw.includes(name))).toEqual([])
    }

    for (const line of fleet.host.lines) {
      expect(line).not.toContain('canary')
      const { tenant, who = '' }: { tenant?: string; who?: string } = JSON.parse(line)
      if (tenant === undefined) continue
      // An audit line names the refused person.
      const foreign = othersOf(tenant).filter((name) => line.replace(who, '').includes(name))
      expect([line, foreign]).toEqual([line, []])
    }

    for (const [tenant, store] of stores) {
      const found = await Promise.all(
        (['root', 'archive', 'keep', 'remove'] as const).map(async (folder) =>
          (await store.list(folder)).photos.map(({ name }) => name),
        ),
      )
      // A photo that is restored while it is still being moved may meet its copy and get a number.
      const photos = found.flat().map((name) => name.replace(' (2)', ''))
      expect([tenant, photos.sort()]).toEqual([tenant, ['a.jpg', 'b.jpg']])
    }
    // The test proves nothing unless photos were sent.
    expect(telegram.posts.length).toBeGreaterThan(count / 2)
    expect(mail.mails.length).toBeGreaterThan(count / 2)
  }, 300_000)
})
