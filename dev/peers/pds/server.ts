/**
 * Process of the Bluesky server that dev/peers/pds.ts starts. Its environment is that of `@atproto/pds`, with `PUBLIC_URL` for the address
 * of its proxy. `CLIENT_HOST` and `CLIENT_URL` name an OAuth client on this machine.
 */
import { flushCompileCache } from 'node:module'
import { envToCfg, envToSecrets, PDS, readEnv } from '@atproto/pds'
import { returnBuffers } from './sqlite.ts'

returnBuffers()
const { PUBLIC_URL = '', CLIENT_HOST = '', CLIENT_URL = '' } = process.env
if (CLIENT_URL !== '') redirectFetch(`https://${CLIENT_HOST}/`, `${CLIENT_URL}/`)
const environment = readEnv()
const config = envToCfg(environment)
config.service.publicUrl = PUBLIC_URL
config.oauth.issuer = PUBLIC_URL
const pds = await PDS.create(config, envToSecrets(environment))
const address = (await pds.start()).address()
if (address === null || typeof address === 'string') throw new Error('The server has no port.')
process.send?.(address.port)
// The parent process ends this process by a signal, so nothing is written at the end.
flushCompileCache()
// The parent process has died.
process.on('disconnect', () => process.exit())

/** Makes `fetch` read addresses that begin with `from` at `to`, where the server's own guard would refuse a private address. */
function redirectFetch(from: string, to: string): void {
  const { fetch } = globalThis
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    if (!url.startsWith(from)) return fetch(input, init)
    return fetch(url.replace(from, to), { headers: { accept: 'application/json' } })
  }
}
