import { once } from 'node:events'
import { createServer } from 'node:net'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { ownPorts, startDemo } from './demo-process.ts'
import { sendTo } from './http.ts'

describe.each([
  { title: 'the demo', args: [] },
  { title: 'the demo as a Worker', args: ['--worker'] },
])('$title', ({ args }) => {
  it('shows three tenants with photos of their own, takes another port where its own is in use, and ends on SIGINT', async () => {
    await using ports = await ownPorts()
    const taken = ports.first
    const inUse = createServer().listen(taken)
    await once(inUse, 'listening')
    const demo = await startDemo(...args, '--port', String(taken))
    const { output, addresses } = demo
    try {
      expect(output.join('\n')).toContain(`Port ${taken} is in use`)
      const pages = addresses.filter(({ hostname }) => /^(alice|bob|carol)\./.test(hostname))
      expect(pages.map(({ hostname }) => hostname)).toEqual([
        'alice.localhost',
        'bob.localhost',
        'carol.localhost',
      ])
      // Who can sign in where.
      for (const [tenant, words] of [
        ['alice', 'admin: alice@example.org'],
        ['bob', 'admin: bob@example.org'],
        ['carol', 'no admin'],
      ]) {
        expect(output.find((line) => line.includes(`//${tenant}.`))).toContain(words)
      }
      const lists = []
      for (const { host, port } of pages) {
        expect((await sendTo(Number(port), host, '/')).headers.get('content-type')).toContain('text/html')
        const { filenames } = await (await sendTo(Number(port), host, '/api/images/list')).json()
        expect(filenames.length).toBeGreaterThanOrEqual(8)
        lists.push(filenames.join())
        const thumbnail = await sendTo(
          Number(port),
          host,
          `/api/images/${encodeURIComponent(filenames[0])}/thumbnail`,
        )
        expect(await sharp(await thumbnail.arrayBuffer()).metadata()).toMatchObject({ format: 'jpeg' })
      }
      expect(new Set(lists).size).toBe(3)
    } finally {
      inUse.close()
      expect(await demo.end()).toEqual([0, null])
    }
  }, 300_000)
})
