import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { sendTo } from './http.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))

/** Starts the demo as `npm run demo` does, and waits until it says that it runs. */
async function startDemo(
  ...args: string[]
): Promise<{ demo: ChildProcess; output: string[]; addresses: URL[] }> {
  const demo = spawn(process.execPath, ['--import', './scripts/require-node.mjs', 'dev/demo.ts', ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output: string[] = []
  for await (const line of createInterface({ input: demo.stdout })) {
    output.push(line)
    if (line.startsWith('Ctrl-C')) break
  }
  const addresses = output
    .flatMap((line) => /http:\/\/\w+\.localhost:\d+\//.exec(line) ?? [])
    .map((text) => new URL(text))
  return { demo, output, addresses }
}

describe.each([
  { title: 'the demo', args: [] },
  { title: 'the demo as a Worker', args: ['--worker'] },
])('$title', ({ args }) => {
  it('shows three tenants with photos of their own, takes another port where its own is in use, and ends on SIGINT', async () => {
    const inUse = createServer().listen(0)
    await once(inUse, 'listening')
    const address = inUse.address()
    const taken = typeof address === 'object' && address ? address.port : 0
    const { demo, output, addresses } = await startDemo(...args, '--port', String(taken))
    try {
      expect(output.join('\n')).toContain(`Port ${taken} is in use`)
      const pages = addresses.filter(({ hostname }) => /^(alice|bob|carol)\./.test(hostname))
      expect(pages.map(({ hostname }) => hostname)).toEqual([
        'alice.localhost',
        'bob.localhost',
        'carol.localhost',
      ])
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
      demo.kill('SIGINT')
      inUse.close()
    }
    expect(await once(demo, 'exit')).toEqual([0, null])
  }, 120_000)
})
