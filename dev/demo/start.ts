/** Starts the demo's parts: the orchestrator, four tenants with different storages, emulated vendors, and the publisher. */
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { startNodeHost } from '../../src/node.ts'
import { startOidcProvider } from '../emulators/oidc.ts'
import { startWorkerHost, type WorkerHostOptions } from '../worker-host.ts'
import { writeEnvFile } from './env-file.ts'
import { operatorEmail } from './newcomer.ts'
import { startDemoOrchestrator } from './orchestrator.ts'
import { ownPhotos, samplePhotos } from './photos.ts'
import { type DemoPlaces, placesOf } from './places.ts'
import { type Step, silently } from './progress.ts'
import { localStorage, type S3Emulator, startDropbox, startGoogleDrive, startS3 } from './storages.ts'
import { type DemoTenant, orchestratorFiles } from './tenants.ts'
import { type DemoVendors, startVendors } from './vendors.ts'

export interface DemoOptions {
  /** Directory of the demo's files; created if missing. */
  state: string
  /** First port to try for the publisher. The other parts listen on ports above it. */
  port: number
  /** Parent domain of all galleries. */
  baseDomain: string
  /** Runs the publisher as a Worker, which has no disk: alice's photos are then on S3. */
  worker?: boolean
  /** Directory of photos to show at alice's address. The demo never changes them. */
  photos?: string | undefined
  /** Reports the steps of the start. Default: silent. */
  step?: Step
  /** Additional environment variables of the publisher. */
  variables?: Readonly<Record<string, string>>
  /** The publisher's clock, in milliseconds since 1970. Not for a Worker. */
  now?: () => number
}

export interface Demo {
  tenants: readonly DemoTenant[]
  vendors: DemoVendors
  /** Port of the publisher. */
  port: number
  /** Address of the operators' console. */
  console: string
  /** URL of the OpenID provider. */
  issuer: string
  /** URL of the orchestrator. */
  orchestrator: string
  /** Token with which programs authenticate to the orchestrator. */
  serviceToken: string
  close(): Promise<void>
}

interface Part {
  name: string
  close(): Promise<unknown>
}

const serviceToken = 'demo-service-token-of-this-machine'

/** Starts all parts. Needs the built web app, and for a Worker the built Worker. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { state, port, baseDomain, worker = false, photos, step = silently } = options
  await mkdir(state, { recursive: true })
  const directories = await step('Sample photos (made once)', () => samplePhotos(state))
  // Deletes the ledger: the channels begin empty, so nothing has been published yet.
  await rm(join(directories.alice, '.publisher'), { recursive: true, force: true })
  if (photos) directories.alice = worker ? photos : await ownPhotos(state, 'alice', photos)

  const parts: Part[] = []
  const places = await placesOf(port, baseDomain)
  // Begins early, because Bluesky's server starts in a process of its own. A failure is reported by its own step.
  const comingVendors = startVendors(Object.keys(directories), port + 20)
  comingVendors.catch(() => undefined)
  const s3 = await step('S3', startS3)
  parts.push({ name: 'S3', close: s3.close })
  const folders = { '/Photos/2026': directories.bob, '/Photos/Best': directories.dora }
  const dropbox = await step('Dropbox', () =>
    startDropbox('carol', directories.carol, folders, places.callbackOf('dropbox')),
  )
  parts.push({ name: 'Dropbox', close: dropbox.close })
  const drive = await step('Google Drive', () =>
    startGoogleDrive('dora', directories.dora, places.callbackOf('gdrive')),
  )
  parts.push({ name: 'Google Drive', close: drive.close })
  const tenants = await demoTenants(options, directories, { s3, dropbox, drive })
  const vendors = await step('Platforms, AI and mail', () => comingVendors)
  parts.push({ name: 'platforms, AI and mail', close: vendors.close })
  const files = orchestratorFiles(tenants, vendors, baseDomain)
  const signIn = await step('Sign-in', () =>
    startOidcProvider({
      port: port + 15,
      callbackOrigins: [`http://app.${baseDomain}:${places.port}`, places.console],
      people: [...tenants.flatMap(({ admin }) => admin ?? []), operatorEmail],
    }),
  )
  parts.push({ name: 'sign-in', close: signIn.close })
  const shared = sharedVariables({ signIn, dropbox, drive, vendors })
  const orchestrator = await step('Orchestrator', () =>
    startDemoOrchestrator({
      state,
      port: places.orchestratorPort,
      variables: { ...shared, ...peopleVariables(places, baseDomain, vendors) },
      serviceToken,
      files,
    }),
  )
  parts.push({ name: 'orchestrator', close: orchestrator.close })
  const log = createWriteStream(join(state, 'publisher.log'))
  const write = (line: string) => log.write(`${line}\n`)
  const variables = {
    ...shared,
    ORCHESTRATOR_BASE_URL: orchestrator.url,
    ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    WEB_SESSION_SECRET: 'a-secret-for-the-demo-on-this-machine-only',
    WEB_SECURE_COOKIES: 'false',
    FORCE_HTTPS: 'false',
    PORT: String(places.port),
    ORCHESTRATOR_BASE_DOMAIN: baseDomain,
    DEVELOPMENT_HOSTS: tenants.map(({ name }) => `${name}.${baseDomain}`).join(','),
    LOCAL_STORAGE_ROOT: dirname(directories.alice),
    ...options.variables,
  }
  await writeEnvFile(state, variables)
  const close = await step('Publisher', () =>
    startHost(worker, { variables, port: places.port, write, now: options.now }),
  )
  parts.push({ name: 'publisher', close })
  // After the publisher, which must answer, and closed before it.
  parts.push({ name: 'notices', ...orchestrator.tellFleet(places.fleet) })
  return {
    tenants,
    vendors,
    port: places.port,
    console: places.console,
    issuer: signIn.issuer,
    orchestrator: orchestrator.url,
    serviceToken,
    close: () => closeAll(parts),
  }
}

type Dropbox = Awaited<ReturnType<typeof startDropbox>>
type GoogleDrive = Awaited<ReturnType<typeof startGoogleDrive>>

/** Lists the tenants. Alice has a disk, or S3 if the publisher is a Worker, which has no disk. */
async function demoTenants(
  { worker = false, photos }: DemoOptions,
  directories: Awaited<ReturnType<typeof samplePhotos>>,
  {
    s3,
    dropbox,
    drive,
  }: { s3: S3Emulator; dropbox: Pick<Dropbox, 'storage'>; drive: Pick<GoogleDrive, 'storage'> },
): Promise<DemoTenant[]> {
  return [
    {
      name: 'alice',
      storage: worker ? await s3.storage('alice', directories.alice) : localStorage(directories.alice),
      admin: 'alice@example.org',
      isReadOnly: photos !== undefined && !worker,
      appearance: { title: 'Alice in Rope' },
    },
    {
      name: 'bob',
      storage: await s3.storage('bob', directories.bob),
      admin: 'bob@example.org',
      isReadOnly: false,
      // Readable on a dark page, but too pale on a light page, which keeps its own colour.
      appearance: { title: 'Bob’s Darkroom', accent_color: '#7fd1c7', background_color: '#0b1416' },
    },
    {
      name: 'carol',
      storage: dropbox.storage,
      admin: null,
      isReadOnly: false,
      appearance: { title: 'Carol’s Knots', accent_color: '#a3205c' },
    },
    {
      name: 'dora',
      storage: drive.storage,
      admin: 'dora@example.org',
      isReadOnly: false,
      appearance: { title: 'Dora’s Garden', accent_color: '#3f7d3a' },
    },
  ]
}

/** Returns the variables that publisher and orchestrator share: sign-in, and addresses and apps of the vendors. */
function sharedVariables({
  signIn,
  dropbox,
  drive,
  vendors,
}: {
  signIn: Awaited<ReturnType<typeof startOidcProvider>>
  dropbox: Dropbox
  drive: GoogleDrive
  vendors: DemoVendors
}) {
  return {
    OIDC_ISSUER_URL: signIn.issuer,
    AUTH0_CLIENT_ID: signIn.clientId,
    AUTH0_CLIENT_SECRET: signIn.clientSecret,
    ALLOW_PRIVATE_ENDPOINTS: 'true',
    DROPBOX_APP_KEY: dropbox.app.key,
    DROPBOX_APP_SECRET: dropbox.app.secret,
    DROPBOX_BASE_URL: dropbox.url,
    GOOGLE_CLIENT_ID: drive.app.id,
    GOOGLE_CLIENT_SECRET: drive.app.secret,
    GOOGLE_API_BASE_URL: drive.url,
    ...vendors.variables,
  }
}

/** Returns the variables of the orchestrator's parts for people: console, connections and mail. */
function peopleVariables(places: DemoPlaces, baseDomain: string, vendors: DemoVendors) {
  return {
    FLEET_URL: places.fleet,
    FLEET_PUBLIC_PORT: String(places.port),
    ORCHESTRATOR_BASE_DOMAIN: baseDomain,
    ORCHESTRATOR_PUBLIC_URL: places.orchestrator,
    ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    CONSOLE_HOST: new URL(places.console).host,
    OPERATOR_EMAILS: operatorEmail,
    WEB_SESSION_SECRET: 'a-secret-for-the-console-on-this-machine-only',
    NOTICE_SMTP_URL: vendors.smtpUrl,
    NOTICE_FROM: 'publisher@example.org',
    ...vendors.apps,
  }
}

/** Closes the parts in reverse order of their start, because later parts use those before. */
async function closeAll(parts: readonly Part[]): Promise<void> {
  for (const { name, close } of parts.toReversed()) {
    await close().catch((error: unknown) =>
      console.error(`The ${name} did not end cleanly: ${String(error)}`),
    )
  }
}

/** Starts the publisher and returns the function that closes it. */
async function startHost(
  worker: boolean,
  { now, ...options }: WorkerHostOptions & { now?: (() => number) | undefined },
): Promise<() => Promise<void>> {
  if (worker) return (await startWorkerHost(options)).close
  const host = await startNodeHost({ ...options, ...(now && { now }) })
  return () => host.close(0)
}
