import { expect, it } from 'vitest'
import { baseDomain, markedConfig, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'

describeOnBothHosts('the appearance of a gallery', (kind) => {
  async function galleries(appearances: Record<string, unknown>) {
    const fleet = await startFleet(kind)
    for (const [tenant, appearance] of Object.entries(appearances)) {
      const config = { ...markedConfig(true), features: {}, appearance }
      fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, { config })
    }
    return fleet
  }

  it('makes each gallery, public or private, installable under its own title and background', async () => {
    await using fleet = await galleries({
      alice: { title: 'Alice in Rope and Light', background_color: '#101014' },
      bob: undefined,
    })
    const response = await fleet.get('alice', '/manifest.webmanifest')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/manifest+json')
    const manifest = await response.json()
    expect(manifest).toEqual({
      id: '/',
      name: 'Alice in Rope and Light',
      short_name: 'alice',
      start_url: '/',
      scope: '/',
      display: 'standalone',
      background_color: '#101014',
      theme_color: '#101014',
      icons: expect.any(Array),
    })
    expect(await (await fleet.get('bob', '/manifest.webmanifest')).json()).toMatchObject({
      name: 'bob',
      short_name: 'bob',
      theme_color: '#0f0f10',
    })
  })

  it('serves each icon of the manifest with the declared type', async () => {
    await using fleet = await galleries({ alice: {} })
    const { icons } = await (await fleet.get('alice', '/manifest.webmanifest')).json()
    const kinds = icons.map(({ sizes, purpose }: Record<string, string>) => `${sizes} ${purpose}`)
    expect(kinds).toEqual(['any any', '192x192 any', '512x512 any', '512x512 maskable'])
    for (const { src, type } of icons) {
      const icon = await fleet.get('alice', src)
      expect(icon.status).toBe(200)
      expect(icon.headers.get('content-type')?.split(';')[0]).toBe(type)
      await icon.body?.cancel()
    }
  })

  it('serves each page’s colours as a stylesheet that a title cannot break out of', async () => {
    await using fleet = await galleries({
      alice: { title: '"; } body { background: url(//evil.example) } \\ /*', accent_color: '#7fd1c7' },
      bob: { accent_color: '#a3205c' },
    })
    const response = await fleet.get('alice', '/appearance.css')
    expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(await response.text()).toBe(`html:root {
  --title: "%22%3B%20%7D%20body%20%7B%20background%3A%20url(%2F%2Fevil.example)%20%7D%20%5C%20%2F*";
  --background: light-dark(#f5f3ef, #0f0f10);
  --accent: light-dark(#8f5200, #7fd1c7);
}
`)
    expect(await (await fleet.get('bob', '/appearance.css')).text()).toContain('light-dark(#a3205c, #f0b46a)')
  })

  it('answers 404 when the host has no tenant', async () => {
    await using fleet = await galleries({ alice: {} })
    for (const path of ['/manifest.webmanifest', '/appearance.css']) {
      expect((await fleet.get('stranger', path)).status).toBe(404)
    }
  })
})
