/** Check of the console against its own `/openapi.json`, as an operator and as a visitor. */
import { join } from 'node:path'
import { z } from 'zod'
import { createSealer } from '../../src/base/sealing/sealed-token.ts'
import { Secret } from '../../src/base/secret.ts'
import { type CheckedOrchestrator, namesOf, withOrchestrator } from './orchestrator.ts'
import { runSchemathesis, type SchemathesisResult } from './schemathesis.ts'

const host = 'console.check.test'
const operator = 'operator@check.test'
const sessionSecret = 'session-secret-of-this-check-only'
const variables = {
  CONSOLE_HOST: host,
  ORCHESTRATOR_PUBLIC_URL: 'https://connect.check.test',
  ORCHESTRATOR_BASE_DOMAIN: 'shibari.photo',
  OPERATOR_EMAILS: operator,
  OIDC_ISSUER_URL: 'https://issuer.check.test',
  AUTH0_CLIENT_ID: 'check',
  AUTH0_CLIENT_SECRET: 'check-client-secret',
  WEB_SESSION_SECRET: sessionSecret,
}
const maxExamples = 40

/** Sends valid and invalid requests to the console of an orchestrator with the example's tenants. */
export function checkConsole(program: string): Promise<SchemathesisResult> {
  return withOrchestrator(variables, async ({ database, directory, files, port }) => {
    const { tenants } = namesOf(files)
    return runSchemathesis({
      program,
      settings: 'console.toml',
      port,
      headers: [`Host: ${host}`, 'Sec-Fetch-Site: same-origin'],
      dictionaries: { tenants, operators: [operator] },
      credentials: { session: { api_key: await sessionOf(database) } },
      // The session ends with the operator's sign-out.
      options: ['--exclude-path', '/api/operators/sign-out'],
      maxExamples,
      directory: join(directory, 'run'),
    })
  })
}

/** Creates the session of an operator who has signed in. */
async function sessionOf(database: CheckedOrchestrator['database']): Promise<string> {
  const at = new Date().toISOString()
  const before = { email: operator, sessions_from: new Date(0).toISOString(), signed_in_at: at }
  await database.change((tx) => tx.insertInto('operator').values(before).execute())
  const sealer = createSealer({
    secrets: [new Secret(sessionSecret)],
    purpose: 'console-session',
    schema: z.object({ email: z.string(), at: z.string() }),
    now: Date.now,
  })
  return sealer.seal({ email: operator, at }, { audience: host, expiresInSeconds: 3600 })
}
