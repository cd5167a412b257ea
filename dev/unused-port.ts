/** Port for a process that another program starts. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Returns a port that no process uses. The system gives the same port again only after many others. */
export async function unusedPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('The probe has no port.')
  return address.port
}
