import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { ownPorts, startDemo } from '../support/fixtures/demo-process.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { sendTo } from '../support/fixtures/http-client.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** Changes alice's title by a command, and waits until the publisher is told and shows the title. */
async function showsChange(state: string, port: number): Promise<void> {
  const told = async () => {
    const lines = (await readFile(join(state, 'publisher.log'), 'utf8')).split('\n')
    return lines.filter((line) => line.includes('configuration invalidated') && line.includes('"alice"'))
      .length
  }
  // The start itself is a change too.
  const before = await eventually(async () => {
    const count = await told()
    expect(count).toBeGreaterThan(0)
    return count
  })
  const change = ['config', 'set', '--path', 'appearance.title', '--value', 'Mine', '--tenants', 'alice']
  await run(process.execPath, ['orchestrator/main.ts', ...change], {
    cwd: project,
    env: { ORCHESTRATOR_DATA_DIR: join(state, 'orchestrator') },
  })
  await eventually(async () => {
    expect(await told()).toBeGreaterThan(before)
    const manifest = await sendTo(port, `alice.localhost:${port}`, '/manifest.webmanifest')
    expect(await manifest.json()).toMatchObject({ name: 'Mine' })
  })
}

describe.each([
  { title: 'the demo', args: [] },
  { title: 'the demo as a Worker', args: ['--worker'] },
])('$title', ({ args }) => {
  it('serves four tenants with their own photos, switches to a free port if needed, and exits on SIGINT', async () => {
    await using ports = await ownPorts()
    const taken = ports.first
    const inUse = createServer().listen(taken)
    await once(inUse, 'listening')
    const demo = await startDemo(...args, '--port', String(taken))
    const { output, addresses } = demo
    try {
      expect(output.join('\n')).toContain(`Port ${taken} is in use`)
      const progress = output.slice(
        1,
        output.findIndex((line) => line.startsWith('Port ')),
      )
      expect(progress.length).toBeGreaterThanOrEqual(6)
      // The parts' own announcements are suppressed.
      expect(progress.filter((line) => !/^ {2}[\w ,()-]+ \.\.\. \d+\.\d s$/.test(line))).toEqual([])
      const pages = addresses.filter(({ hostname }) => /^(alice|bob|carol|dora)\./.test(hostname))
      expect(pages.map(({ hostname }) => hostname)).toEqual([
        'alice.localhost',
        'bob.localhost',
        'carol.localhost',
        'dora.localhost',
      ])
      // Each tenant's line names its admin.
      for (const [tenant, words] of [
        ['alice', 'admin: alice@example.org'],
        ['bob', 'admin: bob@example.org'],
        ['carol', 'no admin'],
        ['dora', 'admin: dora@example.org'],
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
      expect(new Set(lists).size).toBe(4)
      const env = join(demo.state, 'env')
      expect((await stat(env)).mode & 0o777).toBe(0o600)
      for (const tenant of ['alice', 'bob', 'carol', 'dora']) {
        const call = ['src/node/doctor.ts', '--env', env, '--host', `${tenant}.localhost`, '--json']
        const { stdout } = await run(process.execPath, call, { cwd: project, env: {} })
        expect(JSON.parse(stdout)).toMatchObject({ ok: true })
      }
      const { stdout: versions } = await run(process.execPath, ['orchestrator/main.ts', 'history', 'alice'], {
        cwd: project,
        env: { ORCHESTRATOR_DATA_DIR: join(demo.state, 'orchestrator') },
      })
      expect(output.join('\n')).toContain('npm run orchestrator -- history alice')
      expect(JSON.parse(versions)).toMatchObject([{ author: 'npm run demo' }])
      await showsChange(demo.state, Number(pages[0]?.port))
      const port = Number(pages[0]?.port)
      const lost = await sendTo(port, `localhost:${port}`, '/', { headers: { accept: 'text/html' } })
      expect(await lost.text()).toContain(`<a href="${pages[0]?.href}">alice.localhost</a>`)
    } finally {
      inUse.close()
      expect(await demo.end()).toEqual([0, null])
    }
  }, 300_000)
})
