/** `serve`: runs the orchestrator, on the database or on the two files. */
import { SecretsUnavailable } from '../contract/ports.ts'
import { createDatabasePlane } from '../control-plane.ts'
import { servingPatience } from '../database/database.ts'
import { type OrchestratorEnvironment, parseEnvironment } from '../environment.ts'
import { startNotices } from '../notices/notices.ts'
import { startPeople } from '../people.ts'
import { keyUse } from '../secrets/key-use.ts'
import { startOrchestrator } from '../server.ts'
import { openStore } from '../store.ts'
import type { CommandContext } from './context.ts'
import { failureCode } from './failures.ts'
import type { OpenPlane } from './serve-files.ts'

/** Runs {@link serve} without the program of all commands, and returns the exit code of a start that fails. */
export function runServe(context: CommandContext): Promise<number> {
  return serve(context).then(
    () => 0,
    (error: unknown) => failureCode(error, context),
  )
}

/** Runs until SIGTERM or SIGINT. Standard output may be the audit log, so everything else goes to standard error. */
export async function serve(context: CommandContext): Promise<void> {
  const { say, variables } = context
  const env = parseEnvironment(variables)
  const open =
    env.ORCHESTRATOR_FILE === undefined
      ? await databasePlane(env, say)
      : await (await import('./serve-files.ts')).filePlane(env, env.ORCHESTRATOR_FILE, context)
  const running = await startOrchestrator({
    plane: open.plane,
    addCalls: open.people?.addCalls,
    moreCalls: open.people?.moreCalls,
    answerPeople: open.people?.answer,
    port: env.ORCHESTRATOR_PORT,
    hostname: env.ORCHESTRATOR_HOST,
    callsPerMinute: env.ORCHESTRATOR_CALLS_PER_MINUTE,
    otherAppStatus: env.ORCHESTRATOR_OTHER_APP_STATUS,
    onError: (error) =>
      say(`A call failed: ${error instanceof SecretsUnavailable ? error.message : error.name}`),
  }).catch(async (error: unknown) => {
    await open.close()
    throw error
  })
  const end = async () => {
    await running.close()
    await open.close()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end())
  say(`The orchestrator listens on ${running.url}`)
}

async function databasePlane(env: OrchestratorEnvironment, say: (text: string) => void): Promise<OpenPlane> {
  const { database, envelope } = await openStore(env, say, servingPatience)
  const { missing } = await keyUse(database, envelope.keys)
  if (missing.length > 0)
    say(`Stored credentials need key-encryption keys that are not configured: ${missing.join(', ')}`)
  const plane = createDatabasePlane({
    database,
    envelope,
    tokens: env.ORCHESTRATOR_SERVICE_TOKEN,
    onFailure: say,
  })
  const notices = startNotices({
    database,
    envelope,
    fleetUrl: env.FLEET_URL,
    token: env.ORCHESTRATOR_SERVICE_TOKEN[0],
    allowPrivate: env.ALLOW_PRIVATE_ENDPOINTS,
    mail: mailServerOf(env),
    operators: env.OPERATOR_EMAILS,
    warn: say,
  })
  const people = startPeople({ env, database, envelope, registry: plane.registry, say })
  const close = async () => {
    await people.close()
    await notices.close()
    await plane.close()
    await database.close()
  }
  return { plane, people, close }
}

/** Returns the operator's mail server, if both variables name it. */
export function mailServerOf({ NOTICE_SMTP_URL: url, NOTICE_FROM: from }: OrchestratorEnvironment) {
  return url === undefined || from === undefined ? undefined : { url, from }
}
