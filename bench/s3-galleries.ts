/** Public galleries on an S3 server, and a publisher in a fresh process for each measurement. */
import { z } from 'zod'
import { startOrchestrator, type TestOrchestrator } from '../test/support/fakes/orchestrator.ts'
import { signInVariables } from '../test/support/fixtures/admin.ts'
import { baseDomain, serviceToken, sessionSecret } from '../test/support/fixtures/fleet.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import type { S3Seeds } from './servers/s3.ts'
import { dynoSettings } from './thumbnail-memory.ts'

export interface Gallery {
  tenant: string
  photos: readonly string[]
  /** The file behind each of the photos. */
  file: string
  /** Blocks of the configuration besides features and storage. */
  config?: Record<string, unknown>
}

export interface S3Galleries {
  orchestrator: TestOrchestrator
  /** Starts a publisher with the settings of app.json. */
  startPublisher(variables?: Record<string, string>): Promise<Publisher>
  /** Returns the calls at the wire since the last time, by kind, and the number of previews in the bucket. */
  wire(): Promise<{ calls: Record<string, number>; previews: number }>
  close(): Promise<void>
}

export interface Publisher extends ServerProcess {
  pid: number
  /** Returns the sum of a metric over all series whose labels contain this text. */
  metric(name: string, labels?: string): Promise<number>
}

const metricsToken = 'bench-metrics-token-bench-metrics-token'
const wireSchema = z.object({ calls: z.record(z.string(), z.number()), previews: z.number() })

export function hostOf(tenant: string): string {
  return `${tenant}.${baseDomain}`
}

/** Starts the orchestrator and the S3 server with these galleries. */
export async function startGalleries(galleries: readonly Gallery[]): Promise<S3Galleries> {
  const seeds: S3Seeds = galleries.map(({ tenant, photos, file }) => ({
    keys: photos.map((photo) => `${tenant}/${photo}`),
    file,
  }))
  const s3 = await startServer('S3', 's3.ts', { BENCH_S3_SEEDS: JSON.stringify(seeds) })
  const orchestrator = await startOrchestrator()
  for (const gallery of galleries) register(orchestrator, gallery, s3.port)
  return {
    orchestrator,
    startPublisher: (variables) => startPublisher(orchestrator.url, variables),
    async wire() {
      return wireSchema.parse(await (await fetch(`http://127.0.0.1:${s3.port}/-/calls`)).json())
    },
    async close() {
      s3.child.kill()
      await orchestrator.close()
    },
  }
}

function register(orchestrator: TestOrchestrator, { tenant, config }: Gallery, port: number): void {
  const storage = { provider: 's3', credentials_ref: 'storage', paths: { root: tenant } }
  orchestrator.tenants.set(hostOf(tenant), {
    config: { features: { auto_view_enabled: true }, storage, ...config },
  })
  orchestrator.credentials.set(`${tenant}/storage`, {
    provider: 's3',
    version: '1',
    access_key_id: 'access-key',
    secret_access_key: 'secret-key',
    endpoint_url: `http://127.0.0.1:${port}`,
    bucket: 'photos',
    region: 'auto',
  })
}

async function startPublisher(
  orchestratorUrl: string,
  variables: Record<string, string> = {},
): Promise<Publisher> {
  const server = await startServer('publisher', 'publisher.ts', {
    ...dynoSettings,
    ...signInVariables,
    PORT: '0',
    ORCHESTRATOR_BASE_URL: orchestratorUrl,
    ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    ORCHESTRATOR_BASE_DOMAIN: baseDomain,
    WEB_SESSION_SECRET: sessionSecret,
    ALLOW_PRIVATE_ENDPOINTS: 'true',
    METRICS_TOKEN: metricsToken,
    // Disables the limit, because one client here simulates many.
    VIEWER_REQUESTS_PER_5_MINUTES: '0',
    ...variables,
  })
  return {
    ...server,
    pid: server.child.pid ?? 0,
    async metric(name, labels = '') {
      const response = await fetch(`http://127.0.0.1:${server.port}/metrics`, {
        headers: { authorization: `Bearer ${metricsToken}`, 'x-forwarded-proto': 'https' },
      })
      if (response.status !== 200) throw new Error(`/metrics answered ${response.status}.`)
      const lines = (await response.text()).split('\n')
      return lines
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .filter((line) => line.includes(labels))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
    },
  }
}
