/** `npm run publish`: publishes one photo of one tenant and ends. For Heroku Scheduler, and for people who want to look first. */
import { parseArgs } from 'node:util'
import { isPublisherError } from '../errors.ts'
import { createNodeServices } from '../node.ts'
import { type PublishNextResult, publishNext } from '../runtime/publish-next.ts'
import { createBackgroundWork } from './background.ts'
import { createFaults } from './faults.ts'
import { endWithHelp } from './usage.ts'

const usage = `npm run publish -- --host alice.shibari.photo [--select dusk.jpg] [--preview | --dry-run]
    --host HOST     whose photo
    --select NAME   this photo; otherwise one that is not published yet
    --preview       says what would be sent and where to; nothing is sent, moved or written
    --dry-run       the same`

/** Ended well; nothing went out; called wrongly. */
const exitCodes = { ok: 0, failed: 1, usage: 2 } as const
const usageReportMs = 5000

const say = (text: string) => process.stdout.write(`${text}\n`)
const complain = (text: string) => process.stderr.write(`${text}\n`)

async function main(): Promise<number> {
  const options = readArguments()
  if (!options) return exitCodes.usage
  const { host, select, dryRun } = options
  // People read standard output; the log goes beside it.
  const services = await createNodeServices({
    variables: process.env,
    write: complain,
  })
  const background = createBackgroundWork(createFaults(services.log))
  const context = { requestId: crypto.randomUUID(), waitUntil: background.waitUntil }
  const result = await publishNext(services, { host, select, dryRun }, context, (stage, details) =>
    say([stage, details?.platform].filter(Boolean).join(' ').replaceAll('_', ' ')),
  )
  await background.settled(usageReportMs)
  say(describe(result, host))
  return result === null || result.anySuccess || dryRun ? exitCodes.ok : exitCodes.failed
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        host: { type: 'string' },
        select: { type: 'string' },
        preview: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
      },
    })
    if (values.host === undefined) throw new TypeError('Name the host whose photo is to be published.')
    return { host: values.host, select: values.select, dryRun: values.preview || values['dry-run'] }
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return null
  }
}

/** What became of it, for people. */
function describe(result: PublishNextResult, host: string): string {
  if (!result) return `${host} has nothing left to publish.`
  const lines = Object.entries(result.results).map(([platform, outcome]) => {
    const { preview, error, skipped, url, postId, warning } = outcome
    const said =
      preview ?? error ?? (skipped === 'duplicate' ? 'has it already' : `published as ${url ?? postId}`)
    return `  ${platform}: ${said}${warning ? ` (${warning})` : ''}`
  })
  const place = result.archived ? ', now in the archive' : ''
  return [`${result.name}${place}`, ...lines, ...result.warnings].join('\n')
}

endWithHelp(usage)
process.exitCode = await main().catch((error: unknown) => {
  const message = isPublisherError(error)
    ? `${error.message} (${error.code})`
    : error instanceof Error
      ? error.message
      : String(error)
  complain(message)
  return exitCodes.failed
})
