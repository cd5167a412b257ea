/** The demo's orchestrator, on SQLite. The database stays, so that changes that people make with commands survive a restart. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { mailServerOf } from '../../orchestrator/commands/serve.ts'
import { createDatabasePlane } from '../../orchestrator/control-plane.ts'
import { parseEnvironment } from '../../orchestrator/environment.ts'
import { type Notices, startNotices } from '../../orchestrator/notices/notices.ts'
import { startPeople } from '../../orchestrator/people.ts'
import { parseRegistry } from '../../orchestrator/registry/file.ts'
import { startOrchestrator } from '../../orchestrator/server.ts'
import { openStore } from '../../orchestrator/store.ts'
import { putDemoTenants } from './stored-tenants.ts'
import type { orchestratorFiles } from './tenants.ts'

/** Returns the data directory, for `ORCHESTRATOR_DATA_DIR` of the commands. */
export function dataDirectoryOf(state: string): string {
  return join(state, 'orchestrator')
}

/** Returns the file with the tenants, in the form that `import-yaml` reads. */
export function tenantsFileOf(state: string): string {
  return join(state, 'tenants.yaml')
}

export interface DemoOrchestratorOptions {
  /** Directory of the demo's files. */
  state: string
  /** Port to listen on. */
  port: number
  /** Further variables: console, sign-in and vendors. */
  variables: Readonly<Record<string, string>>
  serviceToken: string
  files: ReturnType<typeof orchestratorFiles>
}

export interface DemoOrchestrator {
  url: string
  /** Tells the publisher at this address about changes until the notices close. */
  tellFleet(fleetUrl: string): Notices
  close(): Promise<void>
}

/** Stores the tenants and starts the orchestrator. Also writes the tenants to a file, as a ground for edits. */
export async function startDemoOrchestrator(options: DemoOrchestratorOptions): Promise<DemoOrchestrator> {
  const { state, port, variables, serviceToken, files } = options
  const warn = (text: string) => console.error(text)
  const env = parseEnvironment({ ...variables, ORCHESTRATOR_DATA_DIR: dataDirectoryOf(state) })
  const { database, envelope } = await openStore(env, () => undefined)
  const plane = createDatabasePlane({
    database,
    envelope,
    tokens: [serviceToken],
    onFailure: warn,
  })
  const people = startPeople({ env, database, envelope, registry: plane.registry, say: warn })
  const close = async () => {
    await people.close()
    await plane.close()
    await database.close()
  }
  try {
    const registry = await parseRegistry({
      tenants: stringify(files.tenants),
      secrets: stringify(files.secrets),
      variables: {},
      versionKey: crypto.randomUUID(),
    })
    const tenants = await putDemoTenants(database, envelope, registry)
    await writeFile(tenantsFileOf(state), stringify({ tenants }))
    const running = await startOrchestrator({
      port,
      hostname: '127.0.0.1',
      plane,
      addCalls: people.addCalls,
      answerPeople: people.answer,
    })
    return {
      url: running.url,
      tellFleet: (fleetUrl) =>
        startNotices({
          database,
          envelope,
          fleetUrl,
          token: serviceToken,
          allowPrivate: true,
          mail: mailServerOf(env),
          operators: env.OPERATOR_EMAILS,
          warn,
        }),
      async close() {
        await running.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
