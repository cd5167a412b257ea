import { describe, expect, it } from 'vitest'
import { parseHost } from '../../src/contract/host.ts'
import { createAnswerTexts } from '../../src/handlers/answer-texts.ts'
import { createHandler } from '../../src/handlers/app.ts'
import { clientOfPeer } from '../../src/runtime/limits/client-address.ts'
import { testProcess } from '../support/fixtures/test-process.ts'

function gallery(features = { publish_enabled: true }) {
  const { services, lines } = testProcess({ features })
  const handler = createHandler(services)
  const ask = (path: string, method = 'GET') =>
    handler(new Request(`https://alice.shibari.test${path}`, { method }), {
      host: 'alice.shibari.test',
      client: () => clientOfPeer(() => null, '192.0.2.1'),
      waitUntil: () => undefined,
    })
  return { services, lines, ask }
}

describe('an answer that follows from the configuration', () => {
  it.each(['/api/config/features', '/api/config/publishers'])(
    'awaits nothing once the tenant is known: %s',
    async (path) => {
      const { ask, lines } = gallery()
      const first = await ask(path)
      const second = ask(path)
      expect(second).toBeInstanceOf(Response)
      const [one, other] = [first, await second]
      expect(await other.text()).toBe(await one.text())
      expect(other.headers.get('content-type')).toBe('application/json')
      expect(other.headers.get('cache-control')).toBe('no-store')
      expect(lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')).toEqual(
        [first, other].map(({ headers }) =>
          expect.objectContaining({
            request_id: headers.get('x-request-id'),
            tenant: 'alice',
            config_version: expect.any(String),
            method: 'GET',
            path,
            status: 200,
            duration_ms: expect.any(Number),
          }),
        ),
      )
    },
  )

  it('has no body for HEAD, and refuses other methods', async () => {
    const { ask } = gallery()
    const head = await ask('/api/config/features', 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await ask('/api/config/features', 'POST')
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET'])
  })

  it('changes with the configuration', async () => {
    const features = { publish_enabled: true }
    const { ask, services } = gallery(features)
    const isPublishing = async () => {
      const answer: { publish_enabled: boolean } = await (await ask('/api/config/features')).json()
      return answer.publish_enabled
    }
    expect([await isPublishing(), await isPublishing()]).toEqual([true, true])
    features.publish_enabled = false
    const host = parseHost('alice.shibari.test', 'shibari.test') ?? expect.unreachable()
    await services.configurations.invalidate(host.host)
    expect([await isPublishing(), await isPublishing()]).toEqual([false, false])
  })

  it('has its text in common with equal answers only', () => {
    const texts = createAnswerTexts(({ tenant }: { tenant: string }) => ({
      isAlice: tenant.startsWith('alice'),
    }))
    const runtimes = ['alice', 'alice-2', 'bob'].map((tenant) => ({ tenant }))
    expect(runtimes.map((runtime) => texts(runtime))).toEqual([
      '{"isAlice":true}',
      '{"isAlice":true}',
      '{"isAlice":false}',
    ])
  })
})
