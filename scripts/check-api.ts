/**
 * `npm run check:api`: asks a running demo everything that its own description allows and refuses, as a visitor and as an admin on two
 * kinds of storage. Fails on a server error, on an answer that is not described, and on the other findings of Schemathesis.
 */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWhereStale } from '../dev/demo/build.ts'
import { samplePhotos } from '../dev/demo/photos.ts'
import { type Demo, startDemo } from '../dev/demo/start.ts'
import { endWithHelp } from '../src/node/usage.ts'
import { installSchemathesis, runSchemathesis } from './check-api/schemathesis.ts'
import { signIn } from './check-api/sign-in.ts'

const project = fileURLToPath(new URL('../', import.meta.url))
const baseDomain = 'localhost'
const metricsToken = 'metrics-token-of-this-check-only'
const firstPort = 33_100
/** So that photos are left after many of them were moved and deleted. */
const copiesOfPhotos = 4
const maxExamples = 15

async function main(): Promise<void> {
  const program = await installSchemathesis()
  await buildWhereStale(project, false)
  const directory = await mkdtemp(join(tmpdir(), 'publisher-check-api-'))
  const clock = createClock()
  try {
    const state = join(directory, 'demo')
    await copyPhotos(state)
    const variables = { METRICS_TOKEN: metricsToken }
    const demo = await startDemo({ state, port: firstPort, baseDomain, variables, now: clock.now })
    try {
      process.exitCode = (await check({ demo, program, directory, state, clock })) ? 0 : 1
    } finally {
      await demo.close()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

interface Scene {
  demo: Demo
  program: string
  directory: string
  state: string
  clock: Clock
}

/** Runs all three; `true` where none of them found anything. */
async function check({ demo, program, directory, state, clock }: Scene): Promise<boolean> {
  const host = (tenant: string) => `${tenant}.${baseDomain}:${demo.port}`
  const admin = async (tenant: string) => ({
    session: {
      api_key: await signIn({ port: demo.port, host: host(tenant), person: `${tenant}@example.org` }),
    },
    serviceToken: { bearer: demo.serviceToken },
    metricsToken: { bearer: metricsToken },
  })
  const admins = { alice: await admin('alice'), bob: await admin('bob') }
  // Signing out would end the session of the requests after it; a visitor does it.
  const signedIn = ['--exclude-path-regex', '^/(auth/|api/(auth|admin)/logout$)']
  const runs = [
    { title: 'a visitor of alice', tenant: 'alice', credentials: {}, options: [] },
    { title: 'alice, photos in a folder', tenant: 'alice', credentials: admins.alice, options: signedIn },
    { title: 'bob, photos on S3', tenant: 'bob', credentials: admins.bob, options: signedIn },
  ] as const
  clock.hurry()
  let isClean = true
  for (const [index, { title, tenant, credentials, options }] of runs.entries()) {
    const photos = await readdir(join(state, 'photos', tenant))
    const result = await runSchemathesis({
      program,
      port: demo.port,
      host: host(tenant),
      photos: photos.filter((name) => !/\.txt$|^\./.test(name)),
      credentials,
      options,
      maxExamples,
      directory: join(directory, `run-${index}`),
    })
    isClean &&= result.isClean
    console.log(`As ${title}: ${result.isClean ? summary(result.output) : result.output}`)
  }
  return isClean
}

/** Says how many test cases there were. */
function summary(output: string): string {
  return /^ *(\d+ generated, .*)$/m.exec(output)?.[1] ?? 'nothing was found'
}

/** Photos are made once; a run moves and deletes copies of them. */
async function copyPhotos(state: string): Promise<void> {
  const template = join(project, 'dist/demo-template')
  await samplePhotos(template)
  await cp(template, state, { recursive: true })
  for (const tenant of ['alice', 'bob']) {
    const folder = join(state, 'photos', tenant)
    for (const name of await readdir(folder)) {
      const { name: stem, ext } = parse(name)
      if (name.startsWith('.') || ext === '') continue
      for (let copy = 2; copy <= copiesOfPhotos; copy++) {
        await cp(join(folder, name), join(folder, `${stem}-${copy}${ext}`))
      }
    }
  }
}

interface Clock {
  now(): number
  /** Lets a second be a minute from now on. */
  hurry(): void
}

/** The publisher's clock. Thousands of requests from one client would meet the limits per minute, which other tests are about. */
function createClock(): Clock {
  let since: number | undefined
  return {
    now: () => (since === undefined ? Date.now() : since + (Date.now() - since) * 60),
    hurry() {
      since = Date.now()
    },
  }
}

endWithHelp(
  'npm run check:api: asks a demo everything that /openapi.json describes; installs Schemathesis (Python)',
)
main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
