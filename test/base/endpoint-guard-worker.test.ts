import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { expect, it } from 'vitest'
import { privateHosts, publicHosts } from '../support/fixtures/endpoint-table.ts'

const guard = fileURLToPath(new URL('../../src/base/endpoint-guard.ts', import.meta.url))

it('judges every host of the table on Workers as on Node, though the URL parser is another', async () => {
  const script = await bundled(`
    import { isPublicHost } from ${JSON.stringify(guard)}
    export default {
      fetch: async (request) => Response.json((await request.json()).map(isPublicHost))
    }
  `)
  const worker = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    logRequests: false,
    workers: [
      {
        config: {
          name: 'judge',
          compatibilityDate: '2026-11-01',
          compatibilityFlags: ['no_nodejs_compat', 'no_nodejs_compat_v2'],
          manifest: { mainModule: 'judge.js', modules: { 'judge.js': { type: 'esm', contents: script } } },
        },
      },
    ],
  })
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

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    format: 'esm',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
