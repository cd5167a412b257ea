/** Check of an orchestrator on a database against its own `/openapi.json`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scopes } from '../../orchestrator/contract/scopes.ts'
import { createDatabasePlane } from '../../orchestrator/control-plane.ts'
import type { Database } from '../../orchestrator/database/database.ts'
import { migrate } from '../../orchestrator/database/migrate.ts'
import { openDatabase } from '../../orchestrator/database/open.ts'
import { type OrchestratorEnvironment, parseEnvironment } from '../../orchestrator/environment.ts'
import { startPeople } from '../../orchestrator/people.ts'
import { type FileRegistry, parseRegistry } from '../../orchestrator/registry/file.ts'
import { importFiles } from '../../orchestrator/registry/sql/import-files.ts'
import { createConfiguredKeys, parseKeys } from '../../orchestrator/secrets/configured-keys.ts'
import { createEnvelope } from '../../orchestrator/secrets/envelope.ts'
import { startOrchestrator } from '../../orchestrator/server.ts'
import { createToken } from '../../orchestrator/tokens/changes.ts'
import { runSchemathesis, type SchemathesisResult } from './schemathesis.ts'

const example = new URL('../../orchestrator/example/', import.meta.url)
const actor = { name: 'check:api', requestId: 'check-api' }
const maxExamples = 100
/** Above the number of requests of a run. */
const callsPerMinute = 60_000

/** Sends valid and invalid requests to an orchestrator with the example's tenants. Server errors count as findings. */
export function checkOrchestrator(program: string): Promise<SchemathesisResult> {
  return withOrchestrator({}, async ({ database, directory, files, port }) => {
    const token = await createToken(database, { name: 'check', scopes }, actor)
    return runSchemathesis({
      program,
      settings: 'orchestrator.toml',
      port,
      headers: [],
      dictionaries: namesOf(files),
      credentials: { serviceToken: { bearer: token } },
      options: [],
      maxExamples,
      directory: join(directory, 'run'),
    })
  })
}

export interface CheckedOrchestrator {
  env: OrchestratorEnvironment
  database: Database
  /** Directory that is deleted afterwards. */
  directory: string
  files: FileRegistry
  /** Port on loopback. */
  port: number
}

/** Runs a check of an orchestrator with a database of its own. Errors that it reports count as findings. */
export async function withOrchestrator(
  variables: Readonly<Record<string, string>>,
  check: (running: CheckedOrchestrator) => Promise<SchemathesisResult>,
): Promise<SchemathesisResult> {
  const directory = await mkdtemp(join(tmpdir(), 'publisher-check-orchestrator-'))
  const database = await openDatabase({ url: process.env.CHECK_DATABASE_URL, directory })
  try {
    await migrate(database)
    const files = await exampleFiles()
    const envelope = createEnvelope(database, createConfiguredKeys(parseKeys(randomKey())))
    await importFiles(database, envelope, files, actor)
    const errors: string[] = []
    const note = (error: string) => void errors.push(error)
    const plane = createDatabasePlane({ database, envelope, tokens: [], onFailure: note })
    const env = parseEnvironment(variables)
    const people = startPeople({ env, database, envelope, registry: plane.registry, say: note })
    const onError = (error: Error) => note(error.stack ?? error.message)
    const { addCalls, moreCalls, answer } = people
    const address = { port: 0, hostname: '127.0.0.1' }
    const shared = { plane, ...address, callsPerMinute, onError, addCalls, moreCalls }
    const server = await startOrchestrator({ ...shared, answerPeople: answer })
    try {
      const result = await check({ env, database, directory, files, port: server.port })
      return errors.length === 0
        ? result
        : { isClean: false, output: `${result.output}\n${errors.join('\n')}` }
    } finally {
      await server.close()
      await people.close()
      await plane.close()
    }
  } finally {
    await database.close()
    await rm(directory, { recursive: true, force: true })
  }
}

async function exampleFiles(): Promise<FileRegistry> {
  const [tenants, secrets] = await Promise.all(
    ['tenants.yaml', 'secrets.yaml'].map((name) => readFile(new URL(name, example), 'utf8')),
  )
  return parseRegistry({ tenants: tenants ?? '', secrets: secrets ?? '', variables: {}, versionKey: 'check' })
}

/** Returns the names of the example. */
export function namesOf({ byHost, tenants, secrets }: FileRegistry) {
  return {
    hosts: [...byHost.keys()],
    tenants: [...tenants.keys()],
    references: [...secrets.values()].flatMap((byRef) => [...byRef.keys()]),
  }
}

function randomKey(): string {
  return `k1:${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')}`
}
