/** Process of the Bluesky server that dev/peers/pds.ts starts. Its environment is that of `@atproto/pds`. */
import { flushCompileCache } from 'node:module'
import { envToCfg, envToSecrets, PDS, readEnv } from '@atproto/pds'
import { returnBuffers } from './sqlite.ts'

returnBuffers()
const environment = readEnv()
const pds = await PDS.create(envToCfg(environment), envToSecrets(environment))
const address = (await pds.start()).address()
if (address === null || typeof address === 'string') throw new Error('The server has no port.')
process.send?.(address.port)
// The parent process ends this process by a signal, so nothing is written at the end.
flushCompileCache()
// The parent process has died.
process.on('disconnect', () => process.exit())
