import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openSqliteClaims } from '../../orchestrator/claims/sqlite-claims.ts'
import { startOrchestrator } from '../../orchestrator/server.ts'
import { startScriptedS3 } from '../support/fakes/scripted-s3.ts'
import { serversWithoutClaims } from '../support/fixtures/claims.ts'
import { writeFiles } from '../support/fixtures/orchestrator-files.ts'
import { countingPlatform } from '../support/fixtures/publishing.ts'

const script = fileURLToPath(new URL('../support/fixtures/publish-process.ts', import.meta.url))
const names = ['photo-1.jpg', 'photo-2.jpg']

interface Outcome {
  code?: string
  results?: Record<string, { success: boolean; skipped?: string; code?: string } | undefined>
}

/** Starts two orchestrators that share their claims, as during a deployment. */
async function startOrchestrators() {
  const files = await writeFiles()
  const opened = await Promise.all(
    [1, 2].map(async () => {
      const claims = openSqliteClaims(join(files.directory, 'claims'))
      const running = await startOrchestrator({
        port: 0,
        hostname: '127.0.0.1',
        plane: await files.plane({ claims }),
      })
      return { claims, running }
    }),
  )
  return {
    urls: opened.map(({ running }) => running.url),
    async [Symbol.asyncDispose]() {
      for (const { claims, running } of opened) {
        await running.close()
        claims.close()
      }
      await files[Symbol.asyncDispose]()
    },
  }
}

describe('publishing from two processes by claims of two orchestrators with one folder', () => {
  it.each(Object.entries(serversWithoutClaims))(
    'sends one post for each photo in 20 attempts on an S3 server that %s',
    async (_server, rule) => {
      await using orchestrators = await startOrchestrators()
      await using platform = await countingPlatform()
      const s3 = await startScriptedS3()
      for (const name of names) s3.bucket.seed(`Photos/${name}`, `the bytes of ${name}`)
      s3.script(rule())
      const children = orchestrators.urls.map((url) => {
        const env = {
          ROOT: 'Photos',
          S3_ENDPOINT: s3.endpoint,
          PLATFORM_URL: platform.url,
          CLAIMS_URL: url,
          PHOTOS: names.join(','),
          ATTEMPTS: '10',
        }
        return spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
      })
      const outputs = await Promise.all(children.map(({ stdout }) => text(stdout)))
      const outcomes: Outcome[] = outputs.flatMap((output) => JSON.parse(output).results)
      expect(outcomes).toHaveLength(40)
      expect(outcomes.flatMap(({ code, results }) => code ?? results?.telegram?.code ?? [])).toEqual([])
      expect(new Set(platform.posts.map(({ sha256 }) => sha256)).size).toBe(2)
      expect(platform.posts).toHaveLength(2)
    },
    120_000,
  )
})
