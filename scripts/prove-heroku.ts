/**
 * Proves that what Heroku would build runs: copies what its slug holds to an empty folder, goes through the buildpack's steps, starts
 * the Procfile's own command with production dependencies only, asks it like the router does, lets it load what is loaded late, and ends
 * it by SIGTERM.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithHelp } from '../src/node/usage.ts'
import { presetVariables } from './deployment.ts'
import { checkAnswers, checkDoctor, checkPrograms, optional } from './prove-heroku/checks.ts'
import { end, start } from './prove-heroku/dyno.ts'
import { photographer, startVendors } from './prove-heroku/photographer.ts'
import { clean, say } from './prove-heroku/run.ts'
import { buildSlug } from './prove-heroku/slug.ts'

const limitMs = 600_000

async function prove(folder: string): Promise<void> {
  const slug = join(folder, 'app')
  say(`Node ${process.versions.node}`)
  await buildSlug(slug)
  const vendors = await startVendors()
  const variables = {
    PATH: clean.PATH,
    NODE_ENV: 'production',
    PORT: '0',
    ...(await presetVariables()),
    ...optional,
    ...(await photographer(join(folder, 'photographer'), vendors)),
  }
  const dyno = await start(slug, variables)
  try {
    await dyno.says('redis down')
    await checkAnswers(dyno.port)
    await checkDoctor(slug, variables)
    await checkPrograms(slug, dyno, variables)
    await end(dyno)
    // The spans of all these requests had nowhere to go.
    await dyno.says('tracing failed')
  } finally {
    dyno.process.kill('SIGKILL')
    await vendors.close()
  }
}

endWithHelp('npm run prove:heroku: builds a slug as Heroku does, starts it and asks it; takes some minutes')
const folder = await mkdtemp(join(tmpdir(), 'publisher-slug-'))
const watchdog = setTimeout(() => {
  process.stderr.write(`The proof took longer than ${limitMs / 1000} s.\n`)
  process.exit(1)
}, limitMs)
try {
  await prove(folder)
} finally {
  clearTimeout(watchdog)
  await rm(folder, { recursive: true, force: true })
}
