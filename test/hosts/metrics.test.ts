import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onMethod, serverError } from '../../dev/emulators/telegram/faults.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminEmail, adminPost, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, https, markedConfig, serviceToken, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { metricsToken, sampleOf, samples, scrape } from '../support/fixtures/prometheus-text.ts'
import { apiKey, botToken, type Studio, startStudio } from '../support/fixtures/studio.ts'

const alice = `alice.${baseDomain}`
const hosts = [alice, `nobody.${baseDomain}`, `app.${baseDomain}`, 'example.org', '10.1.2.3']

describeOnBothHosts('GET /metrics', (kind) => {
  it('answers like any unknown path while no token is configured', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    const ask = async (host: string, path: string) => {
      const headers = { ...https, authorization: 'Bearer undefined', 'x-request-id': 'same' }
      const response = await fleet.host.request(host, path, { headers })
      response.headers.delete('date')
      return [response.status, [...response.headers].sort(), await response.text()]
    }
    for (const host of hosts) {
      const unknown = await ask(host, '/metricz')
      expect(unknown[0]).toBe(404)
      expect(await ask(host, '/metrics')).toEqual(unknown)
    }
  })

  describe('GET /metrics with a token', () => {
    let studio: Studio
    beforeAll(async () => {
      studio = await startStudio(kind, { METRICS_TOKEN: metricsToken })
    })
    afterAll(() => studio[Symbol.asyncDispose]())

    it.each([
      ['no token', undefined],
      ['a wrong token', 'Bearer wrong'],
      ['a truncated token', `Bearer ${metricsToken.slice(0, -1)}`],
      ['a longer token', `Bearer ${metricsToken}x`],
      ['another scheme', `Basic ${metricsToken}`],
      ['the token without Bearer', metricsToken],
      ['the orchestrator’s', `Bearer ${serviceToken}`],
    ])('answers 401 to a request with %s, on every host', async (_title, authorization) => {
      for (const host of hosts) {
        const headers = { ...https, ...(authorization !== undefined && { authorization }) }
        const response = await studio.fleet.host.request(host, '/metrics', { headers })
        expect(response.status).toBe(401)
        expect(response.headers.get('www-authenticate')).toBe('Bearer')
        expect(response.headers.get('content-type')).toBe('application/problem+json')
        expect(await response.json()).toMatchObject({ status: 401, code: 'token_required' })
      }
    })

    it('does not authorize the control plane’s calls', async () => {
      const headers = {
        ...https,
        authorization: `Bearer ${metricsToken}`,
        'content-type': 'application/json',
      }
      const body = JSON.stringify({ host: alice })
      const response = await studio.fleet.host.request(alice, '/internal/invalidate', {
        method: 'POST',
        headers,
        body,
      })
      expect(response.status).toBe(403)
    })

    it('answers on every host with uncacheable text for Prometheus', async () => {
      for (const host of hosts) {
        const headers = { ...https, authorization: `bearer ${metricsToken}` }
        const response = await studio.fleet.host.request(host, '/metrics', { headers })
        expect(response.status).toBe(200)
        expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
        expect(response.headers.get('cache-control')).toBe('no-store')
        expect(await response.text()).toContain('# TYPE publisher_http_requests_total counter')
      }
    })

    it('counts requests by route, method, status and source of the configuration', async () => {
      const { fleet } = studio
      studio.tenant(`counted-${kind.name}`)
      const before = await scrape(fleet)
      for (let asked = 0; asked < 3; asked++) {
        expect((await fleet.get(`counted-${kind.name}`, '/api/config/features')).status).toBe(200)
      }
      expect((await fleet.get(`counted-${kind.name}`, '/no/such/page')).status).toBe(404)
      expect((await fleet.get(`stranger-${kind.name}`, '/')).status).toBe(404)
      expect((await fleet.get(`stranger-${kind.name}`, '/')).status).toBe(404)
      const after = await scrape(fleet)
      const moved = (name: string, labels: Record<string, string>) =>
        sampleOf(after, name, labels) - sampleOf(before, name, labels)
      const features = { route: '/api/config/features', method: 'GET', status: '200' }
      expect(moved('publisher_http_requests_total', features)).toBe(3)
      expect(moved('publisher_http_request_duration_seconds_count', { route: features.route })).toBe(3)
      expect(moved('publisher_http_requests_total', { route: 'none', status: '404' })).toBe(3)
      expect(moved('publisher_problems_total', { code: 'tenant_not_found' })).toBe(2)
      expect(moved('publisher_resolutions_total', { source: 'miss' })).toBe(2)
      expect(moved('publisher_resolutions_total', { source: 'hit' })).toBe(3)
      expect(moved('publisher_resolutions_total', { source: 'negative' })).toBe(1)
      const runtime = { operation: 'runtime' }
      expect(moved('publisher_orchestrator_calls_total', { ...runtime, outcome: 'ok' })).toBe(1)
      expect(moved('publisher_orchestrator_calls_total', { ...runtime, outcome: 'no_tenant' })).toBe(1)
      expect(moved('publisher_orchestrator_call_duration_seconds_count', runtime)).toBe(2)
      expect(moved('publisher_configurations', {})).toBe(1)
      expect(sampleOf(after, 'publisher_requests_in_flight')).toBe(1)
    })

    it('distinguishes wrongly named credentials from a failing orchestrator', async () => {
      const { fleet } = studio
      const { orchestrator } = fleet
      const before = await scrape(fleet)
      for (const [index, status] of [404, 400, 403, 302].entries()) {
        const tenant = `astray-${index}-${kind.name}`
        orchestrator.tenants.set(`${tenant}.${baseDomain}`, { config: markedConfig(true) })
        orchestrator.script = ({ path }) => (path === '/v1/credentials/resolve' ? { status } : undefined)
        const response = await fleet.get(tenant, '/api/images/list')
        expect([response.status, (await response.json()).code]).toEqual([503, 'credentials_unavailable'])
      }
      orchestrator.script = () => undefined
      const after = await scrape(fleet)
      const moved = (outcome: string) => {
        const labels = { operation: 'credentials', outcome }
        const name = 'publisher_orchestrator_calls_total'
        return sampleOf(after, name, labels) - sampleOf(before, name, labels)
      }
      expect([moved('credentials_unknown'), moved('credentials_unavailable')]).toEqual([2, 2])
    })

    it('counts vendors and platforms by outcome without any tenant’s data', async () => {
      const { fleet, telegram } = studio
      const tenant = `secretive-${kind.name}`
      const photo = parsePhotoName('private-name.jpg')
      await upload(studio.tenant(tenant), photo, await picture(40, 300, 200))
      const post = (action: string, body?: unknown) =>
        adminPost(fleet, tenant, `/api/images/${photo}/${action}`, body)
      const before = await scrape(fleet)
      expect((await post('analyze')).status).toBe(200)
      const end = telegram.interfere(
        onMethod('sendphoto', serverError(500), { bot: botToken(tenant).split(':')[0] ?? '' }),
      )
      await post('publish', { platforms: ['telegram'], caption: 'words of a person' })
      end()
      await post('publish', { platforms: ['telegram'] })
      const after = await scrape(fleet)
      const moved = (name: string, labels: Record<string, string>) =>
        sampleOf(after, name, labels) - sampleOf(before, name, labels)
      const call = 'publisher_vendor_calls_total'
      expect(moved(call, { vendor: 'openai', operation: 'photo_analysis', outcome: 'ok' })).toBe(1)
      expect(moved(call, { vendor: 's3', operation: 'write_sidecar', outcome: 'ok' })).toBeGreaterThan(0)
      expect(moved(call, { vendor: 'images', operation: 'reduceAll', outcome: 'ok' })).toBeGreaterThan(0)
      const sent = { vendor: 'telegram', operation: 'publish' }
      expect(moved(call, { ...sent, outcome: 'publish_outcome_unknown' })).toBe(1)
      expect(moved('publisher_vendor_call_duration_seconds_count', sent)).toBe(1)
      const onTelegram = { platform: 'telegram' }
      expect(moved('publisher_publish_results_total', { ...onTelegram, outcome: 'unknown' })).toBe(1)
      expect(moved('publisher_publish_results_total', { ...onTelegram, outcome: 'unknown_before' })).toBe(1)
      expect(moved('publisher_orchestrator_calls_total', { operation: 'credentials' })).toBe(3)
      expect(
        moved('publisher_log_messages_total', { level: 'warn', msg: 'publishing continues after an error' }),
      ).toBe(1)
      for (const private_ of [
        tenant,
        baseDomain,
        photo,
        adminEmail,
        'words of a person',
        'canary',
        botToken(tenant),
        apiKey(tenant),
        metricsToken,
        serviceToken,
        signInVariables.AUTH0_CLIENT_SECRET,
        '127.0.0.1',
      ]) {
        expect(after).not.toContain(private_)
      }
    })

    it('adds no series for invented hosts and paths', async () => {
      const { fleet } = studio
      studio.tenant(`steady-${kind.name}`)
      const invent = (index: number) =>
        Promise.all([
          fleet.get(`invented-${index}`, `/path-${index}`),
          fleet.get(`steady-${kind.name}`, `/path-${index}?query=${index}`),
          fleet.get(`steady-${kind.name}`, `/api/images/name-${index}.jpg`),
          fleet.host.request(`steady-${kind.name}.${baseDomain}`, '/', {
            method: 'PROPFIND',
            headers: https,
          }),
          fleet.host.request(`steady-${kind.name}.${baseDomain}`, '/', { method: 'MKCOL', headers: https }),
        ])
      // Series of the runtime vary with its current activity: garbage collections, open files, timers.
      const seriesOf = async () =>
        samples(await scrape(fleet)).flatMap(({ name, labels }) =>
          name.startsWith('publisher_') ? [JSON.stringify([name, labels])] : [],
        )
      await invent(0)
      let before = new Set(await seriesOf())
      expect(before.size).toBeGreaterThan(100)
      let added: string[] = []
      // A slow machine may add a series of the usual traffic once. Invented names would add series in each round.
      for (let round = 0; round < 5; round++) {
        for (let index = 1; index <= 20; index++) await invent(100 * round + index)
        const after = new Set(await seriesOf())
        added = [...after].filter((series) => !before.has(series))
        if (added.length === 0) break
        before = after
      }
      expect(added).toEqual([])
    })
  })
})
