/**
 * `npm run prove:heroku`: proves that Heroku's build would run. Copies the slug's files to an empty folder,
 * runs the buildpack's steps and starts the Procfile's command with production dependencies only. Then it
 * sends requests like the router, loads the optional modules, and ends the process with SIGTERM. The
 * control plane's app releases on PostgreSQL, answers, shows its console and ends too.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithHelp } from '../src/node/usage.ts'
import { presetVariables } from './deployment.ts'
import { checkAnswers, checkDoctor, checkPrograms, optional } from './prove-heroku/checks.ts'
import { checkControlPlane } from './prove-heroku/control-plane.ts'
import { end, start } from './prove-heroku/dyno.ts'
import { photographer, startVendors } from './prove-heroku/photographer.ts'
import { clean, say } from './prove-heroku/run.ts'
import { buildSlug } from './prove-heroku/slug.ts'

const limitMs = 600_000

async function prove(folder: string): Promise<void> {
  const slug = join(folder, 'app')
  say(`Node ${process.versions.node}`)
  await buildSlug(slug)
  await checkControlPlane(slug)
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
    // The collector of the spans is unreachable.
    await dyno.says('tracing failed')
  } finally {
    dyno.process.kill('SIGKILL')
    await vendors.close()
  }
}

endWithHelp('npm run prove:heroku: builds and tests a slug like Heroku; takes some minutes')
const folder = await mkdtemp(join(tmpdir(), 'publisher-slug-'))
const watchdog = setTimeout(() => {
  process.stderr.write(`The check took longer than ${limitMs / 1000} s.\n`)
  process.exit(1)
}, limitMs)
try {
  await prove(folder)
} finally {
  clearTimeout(watchdog)
  await rm(folder, { recursive: true, force: true })
}
