/**
 * Runs a real Bluesky server on this machine (`BLUESKY_SERVICE_URL`): `@atproto/pds` in a process of its own. The server has its
 * own directory of identities. A proxy in front of the server can inject faults, and has a page that shows the posts.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { getCompileCacheDir } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { handleOf, openAccount, type PdsAccount } from './pds/account.ts'
import { postsPage } from './pds/page.ts'
import { startPlcDirectory } from './pds/plc-directory.ts'
import { type PdsProxy, startPdsProxy } from './pds/proxy.ts'

export interface BlueskyOptions {
  /** Names of the accounts. A name becomes the handle `<name>.test`. */
  accounts: readonly string[]
  /** Port of the proxy on 127.0.0.1. 0, the default, means any free port. */
  port?: number
  /** OAuth client on this machine. The server reads the documents of `https://<host>` from `url`. */
  client?: { host: string; url: string }
}

export interface BlueskyServer extends PdsProxy {
  /** URL of the page that shows the posts. */
  readonly pageUrl: string
  /** URL of the directory of identifiers. */
  readonly directoryUrl: string
  /** Returns the account of a name. */
  account(name: string): PdsAccount
  /** Creates another account. `address` is the address of its server, if it has a proxy of its own. */
  open(name: string, address?: string): Promise<PdsAccount>
  /** Starts another proxy in front of the server, for an account with faults of its own. */
  openProxy(): Promise<PdsProxy>
}

/** Starts a server that runs until closed. Takes about 2 s and 400 MB. */
export async function startBluesky({ accounts, port = 0, client }: BlueskyOptions): Promise<BlueskyServer> {
  const directory = await mkdtemp(join(tmpdir(), 'bluesky-'))
  const opened = new Map<string, PdsAccount>()
  const ownAddresses = new Map<string, string>()
  const addresses = { proxy: '', server: '' }
  const plc = await startPlcDirectory((handle) => ownAddresses.get(handle) ?? addresses.proxy)
  const openProxy = (proxyPort = 0) =>
    startPdsProxy(
      () => addresses.server,
      (request) => postsPage(request, addresses.server, [...opened.values()]),
      proxyPort,
    )
  const proxy = await openProxy(port)
  addresses.proxy = proxy.url
  const child = await startServer({
    ...environmentOf(directory, plc.url),
    PUBLIC_URL: proxy.url,
    ...(client && { CLIENT_HOST: client.host, CLIENT_URL: client.url }),
  })
  addresses.server = `http://127.0.0.1:${child.port}`

  async function open(name: string, address?: string): Promise<PdsAccount> {
    if (address !== undefined) ownAddresses.set(handleOf(name), address)
    const account = await openAccount(addresses.server, name)
    opened.set(name, account)
    return account
  }
  for (const name of accounts) await open(name)

  return {
    ...proxy,
    pageUrl: `${proxy.url}/`,
    directoryUrl: plc.url,
    open,
    openProxy: () => openProxy(),
    account(name) {
      const account = opened.get(name)
      if (!account) throw new RangeError(`There is no account ${name}.`)
      return account
    },
    async close() {
      await proxy.close()
      await endProcess(child.process)
      await plc.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function startServer(env: NodeJS.ProcessEnv) {
  const process = fork(fileURLToPath(new URL('pds/server.ts', import.meta.url)), {
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const early = once(process, 'exit').then(([code]) => {
    throw new Error(`The Bluesky server ended with code ${code}.`)
  })
  const [port]: unknown[] = await Promise.race([once(process, 'message'), early])
  early.catch(() => undefined)
  return { process, port: Number(port) }
}

function environmentOf(directory: string, plcUrl: string): NodeJS.ProcessEnv {
  const compileCache = getCompileCacheDir()
  return {
    NODE_ENV: 'production',
    LOG_ENABLED: 'false',
    PDS_PORT: '0',
    PDS_HOSTNAME: 'localhost',
    PDS_DATA_DIRECTORY: directory,
    PDS_BLOBSTORE_DISK_LOCATION: join(directory, 'blobs'),
    PDS_DEV_MODE: 'true',
    PDS_JWT_SECRET: randomBytes(16).toString('hex'),
    PDS_ADMIN_PASSWORD: randomBytes(16).toString('hex'),
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: randomBytes(32).toString('hex'),
    // The server refuses IP addresses here.
    PDS_DID_PLC_URL: plcUrl.replace('127.0.0.1', 'localhost'),
    PDS_INVITE_REQUIRED: 'false',
    PDS_SERVICE_HANDLE_DOMAINS: '.test',
    PDS_ENABLE_DID_DOC_WITH_SESSION: 'true',
    PDS_DISABLE_SSRF_PROTECTION: 'true',
    ...(compileCache && { NODE_COMPILE_CACHE: compileCache, NODE_COMPILE_CACHE_PORTABLE: '1' }),
  }
}

async function endProcess(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return
  const ended = once(process, 'exit')
  process.kill('SIGKILL')
  await ended
}
