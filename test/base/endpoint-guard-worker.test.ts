import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { privateHosts, publicHosts } from '../support/fixtures/public-hosts.ts'
import { bundleWorker, startWorkerd } from '../support/fixtures/workerd.ts'

const guard = fileURLToPath(new URL('../../src/base/endpoint-guard.ts', import.meta.url))

it('accepts and refuses the same hosts on Workers as on Node, despite a different URL parser', async () => {
  const contents = `
    import { isPublicHost } from ${JSON.stringify(guard)}
    export default {
      fetch: async (request) => Response.json((await request.json()).map(isPublicHost))
    }
  `
  const resolveDir = fileURLToPath(new URL('.', import.meta.url))
  const worker = startWorkerd(await bundleWorker({ stdin: { contents, resolveDir }, platform: 'browser' }))
  try {
    const address = await worker.ready
    const judge = async (table: [host: string, what: string][]) => {
      const body = JSON.stringify(table.map(([host]) => host))
      const answer = await fetch(address, { method: 'POST', body })
      return answer.json()
    }
    expect(await judge(publicHosts)).toEqual(publicHosts.map(() => true))
    expect(await judge(privateHosts)).toEqual(privateHosts.map(() => false))
  } finally {
    await worker.dispose()
  }
})
