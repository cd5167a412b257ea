import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type FaultRule, gapOf, startScriptedS3 } from '../support/fakes/scripted-s3.ts'
import { countingPlatform } from '../support/fixtures/publishing.ts'

const script = fileURLToPath(new URL('../support/fixtures/publish-process.ts', import.meta.url))
const names = Array.from({ length: 6 }, (_, index) => `photo-${index}.jpg`)

interface Outcome {
  code?: string
  results?: Record<string, { success: boolean; skipped?: string; code?: string } | undefined>
}

/** Publishes six photos from two processes, with three attempts for each photo in each process. */
async function publishFromTwoProcesses(rule: FaultRule) {
  await using platform = await countingPlatform()
  const s3 = await startScriptedS3()
  for (const name of names) s3.bucket.seed(`Photos/${name}`, `the bytes of ${name}`)
  s3.script(rule)
  const env = {
    ROOT: 'Photos',
    S3_ENDPOINT: s3.endpoint,
    PLATFORM_URL: platform.url,
    PHOTOS: names.join(','),
    ATTEMPTS: '3',
  }
  const children = [1, 2].map(() =>
    spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  const outputs = await Promise.all(children.map(({ stdout }) => text(stdout)))
  const outcomes: Outcome[] = outputs.flatMap((output) => JSON.parse(output).results)
  const posts = Object.groupBy(platform.posts, ({ sha256 }) => sha256)
  return { outcomes, posts: Object.values(posts).map((same) => same?.length ?? 0), s3 }
}

describe('publishing from two processes on an S3 server that checks before it writes', () => {
  it('refuses with storage_not_atomic and sends nothing when the probe finds the gap', async () => {
    const { outcomes, posts } = await publishFromTwoProcesses(gapOf(() => true, 25))
    expect(posts).toEqual([])
    expect(outcomes.map(({ code }) => code)).toEqual(outcomes.map(() => 'storage_not_atomic'))
    expect(outcomes).toHaveLength(36)
  }, 120_000)

  it.each([5, 60, 250])(
    'sends one post for each photo when the probe misses a gap of %d ms',
    async (gapMs) => {
      const { outcomes, posts, s3 } = await publishFromTwoProcesses(
        gapOf((key) => !key.includes('/claimants/'), gapMs),
      )
      // The first process that meets the gap refuses from then on. Photos that it claimed before are sent once.
      const codes = outcomes.flatMap(({ code, results }) => code ?? results?.telegram?.code ?? [])
      expect(codes.filter((code) => code !== 'storage_not_atomic')).toEqual([])
      expect(posts).toEqual(names.map(() => 1))
      const kept = Object.entries(s3.bucket.contents()).filter(([key]) => key.endsWith('.jpg'))
      expect(kept.map(([, content]) => content).toSorted()).toEqual(
        names.map((name) => `the bytes of ${name}`),
      )
    },
    120_000,
  )
})
