import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { maxWorkerBytes, workerBytes } from '../../scripts/check-worker-size.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))

describe('the deployed Worker', () => {
  it('keeps the bundle below 600 kilobytes after gzip', async () => {
    const bytes = await workerBytes(`${project}dist/worker`)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(maxWorkerBytes)
  })

  it('declares every binding and the compatibility date of the tested Worker', async () => {
    const deployed = await readFile(`${project}wrangler.toml`, 'utf8')
    const tested = await readFile(`${project}dev/worker-host.ts`, 'utf8')
    const date = /^compatibility_date = "(.+)"$/m.exec(deployed)?.[1]
    expect(tested).toContain(`compatibilityDate: '${date}'`)
    for (const binding of ['ASSETS', 'KV', 'IMAGES']) {
      expect(deployed).toContain(`binding = "${binding}"`)
      expect(tested).toContain(`${binding}: {`)
    }
    expect(deployed).toContain('run_worker_first = true')
  })
})
