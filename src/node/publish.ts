/** `npm run publish`: publishes one photo of one tenant and exits. Serves Heroku Scheduler, and people who want a preview. */
import { parseArgs } from 'node:util'
import { isPublisherError } from '../base/errors.ts'
import { type PublishNextResult, publishNext } from '../jobs/publish-next.ts'
import type { PlatformResult } from '../workflow/publish/result.ts'
import { createBackgroundWork } from './background.ts'
import { createFaults } from './faults.ts'
import { createNodeServices } from './process.ts'
import { endWithHelp } from './usage.ts'

const usage = `npm run publish -- --host alice.shibari.photo [--select dusk.jpg] [--preview | --dry-run]
    --host HOST     the host of the gallery
    --select NAME   publishes this photo; default: a photo that is not published yet
    --preview       shows what would be sent and where; sends, moves and writes nothing
    --dry-run       same as --preview
    --help          shows this help

Exit codes:
    0   a platform has the photo, from this run or an earlier run; or a preview was shown
    1   nothing was published; the last lines give the reason
    2   wrong arguments
    3   nothing left to publish`

const exitCodes = { ok: 0, failed: 1, usage: 2, nothingLeft: 3 } as const
const usageReportMs = 5000

const say = (text: string) => process.stdout.write(`${text}\n`)
const complain = (text: string) => process.stderr.write(`${text}\n`)

async function main(): Promise<number> {
  const options = readArguments()
  if (!options) return exitCodes.usage
  if (options === 'help') {
    say(usage)
    return exitCodes.ok
  }
  const { host, select, dryRun } = options
  // Standard output is for people, so the log goes to standard error.
  const services = await createNodeServices({
    variables: process.env,
    write: complain,
  })
  const background = createBackgroundWork(createFaults(services.log))
  const context = { requestId: crypto.randomUUID(), waitUntil: background.waitUntil }
  const result = await publishNext(services, { host, select, dryRun }, context, (stage, details) => {
    // In a preview every platform has this reason; the results at the end suffice.
    if (details?.reason === 'dry_run') return
    say([stage, details?.platform].filter(Boolean).join(' ').replaceAll('_', ' '))
  })
  background.waitUntil(services.requestMeter.flush())
  await background.settled(usageReportMs)
  say(describe(result, host))
  if (result === null) return exitCodes.nothingLeft
  return result.anySuccess || result.dryRun ? exitCodes.ok : exitCodes.failed
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        host: { type: 'string' },
        select: { type: 'string' },
        preview: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return 'help'
    if (values.host === undefined)
      throw new TypeError('Missing --host: name the host whose photo to publish.')
    return { host: values.host, select: values.select, dryRun: values.preview || values['dry-run'] }
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return null
  }
}

/** Describes the outcome to people. */
function describe(result: PublishNextResult, host: string): string {
  if (!result) return `${host} has nothing left to publish.`
  const { name, results, archived, dryRun, wouldCaption, warnings } = result
  const lines = Object.entries(results).map(
    ([channel, outcome]) => `  ${channel}: ${describeOutcome(outcome)}`,
  )
  const place = archived ? ', now in the archive' : ''
  return [
    ...(dryRun ? ['Preview: nothing was sent, moved or written.'] : []),
    `${name}${place}`,
    ...(wouldCaption
      ? ['  The AI would write the captions first. The lines below show the photo without captions.']
      : []),
    ...lines,
    ...warnings,
  ].join('\n')
}

function describeOutcome({ preview, standing, error, skipped, ...outcome }: PlatformResult): string {
  const { url, postId, publishedAt, warning } = outcome
  const since = [publishedAt && `since ${dateOf(publishedAt)}`, url].filter(Boolean).join(', ')
  const addition = warning ? ` (${warning})` : ''
  const there = ['already there', since].filter(Boolean).join(' ')
  if (standing === 'duplicate') return `${there}; nothing would be sent`
  if (skipped === 'duplicate') return `${there}; nothing was sent`
  return (preview ?? error ?? `published as ${url ?? postId}`) + addition
}

/** Formats a time as `2026-11-01 12:00 UTC`. */
function dateOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
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
