/**
 * `npm run check:api`: sends requests that the API description allows and refuses to a running demo, as a
 * visitor and as two admins. The admins' photos are in a folder and on S3. Fails on server errors,
 * undescribed answers and the other findings of Schemathesis. Sends requests to an orchestrator and its console as well.
 */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWhereStale } from '../dev/demo/build.ts'
import { samplePhotos } from '../dev/demo/photos.ts'
import { type Demo, startDemo } from '../dev/demo/start.ts'
import { endWithHelp } from '../src/node/usage.ts'
import { checkConsole } from './check-api/console.ts'
import { checkOrchestrator } from './check-api/orchestrator.ts'
import { installSchemathesis, runSchemathesis } from './check-api/schemathesis.ts'
import { signIn } from './check-api/sign-in.ts'

const project = fileURLToPath(new URL('../', import.meta.url))
const baseDomain = 'localhost'
const metricsToken = 'metrics-token-of-this-check-only'
const firstPort = 33_100
/** Enough copies that photos remain after many were moved and deleted. */
const copiesOfPhotos = 4
const maxExamples = 15

async function main(): Promise<void> {
  const program = await installSchemathesis()
  const orchestrator = await checkOrchestrator(program)
  console.log(
    `The orchestrator: ${orchestrator.isClean ? summary(orchestrator.output) : orchestrator.output}`,
  )
  const operators = await checkConsole(program)
  console.log(`The console: ${operators.isClean ? summary(operators.output) : operators.output}`)
  await buildWhereStale(project, false)
  const directory = await mkdtemp(join(tmpdir(), 'publisher-check-api-'))
  const clock = createClock()
  try {
    const state = join(directory, 'demo')
    await copyPhotos(state)
    const variables = { METRICS_TOKEN: metricsToken }
    const demo = await startDemo({ state, port: firstPort, baseDomain, variables, now: clock.now })
    try {
      const isClean = await check({ demo, program, directory, state, clock })
      process.exitCode = isClean && orchestrator.isClean && operators.isClean ? 0 : 1
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

/** Runs all three checks. Returns `true` if none found anything. */
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
  // A sign-out would end the session of later requests, so only the visitor signs out.
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
      settings: 'schemathesis.toml',
      headers: [`Host: ${host(tenant)}`, 'Sec-Fetch-Site: same-origin'],
      dictionaries: { photos: photos.filter((name) => !/\.txt$|^\./.test(name)) },
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

/** Returns the number of test cases. */
function summary(output: string): string {
  return /^ *(\d+ generated, .*)$/m.exec(output)?.[1] ?? 'no findings'
}

/** Paints the sample photos once and copies them, because a run moves and deletes them. */
async function copyPhotos(state: string): Promise<void> {
  const template = join(project, 'dist/demo-photos')
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
  /** Makes the clock run 60 times faster from now on. */
  hurry(): void
}

/** Creates the publisher's clock. At normal speed, thousands of requests from one client would exceed the rate limits. */
function createClock(): Clock {
  let since: number | undefined
  return {
    now: () => (since === undefined ? Date.now() : since + (Date.now() - since) * 60),
    hurry() {
      since = Date.now()
    },
  }
}

endWithHelp('npm run check:api: tests a demo against its own /openapi.json; installs Schemathesis (Python)')
main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
