/** Distance to the storages: each request to S3 or Dropbox takes longer, and each read counts for its tenant. */
import type { DropboxEmulator } from '../dev/emulators/dropbox.ts'
import type { LoopbackServer } from '../dev/loopback-server.ts'
import { pause } from '../src/base/time.ts'
import { startGate } from './proxy.ts'
import { createEmulatorFaults, gateTrouble, type Troubles } from './troubles.ts'

export interface Distance {
  /** Latency of each request in milliseconds. */
  ms: number
  /** Reads and lists so far, by tenant. Writes follow an answer, so no visitor waits for them. */
  readonly reads: ReadonlyMap<string, number>
}

const dropboxReads = /^files\/(?:list_|get_|download)/
const tenantPattern = /soak\d{4}/

/** Starts the gate before S3, and sets the same distance before Dropbox. Troubles replace the usual answers. */
export async function startStorageGates(
  s3Port: number,
  dropbox: DropboxEmulator,
  troubles: Troubles,
  ms: number,
): Promise<{ gate: LoopbackServer; distance: Distance; begin(): Promise<void> }> {
  const reads = new Map<string, number>()
  const distance = { ms: 0, reads }
  const count = (tenant: string) => reads.set(tenant, (reads.get(tenant) ?? 0) + 1)
  const gate = await startGate(s3Port, ({ method, url = '' }) => {
    const [tenant] = tenantPattern.exec(decodeURIComponent(url)) ?? []
    if (tenant !== undefined && (method === 'GET' || method === 'HEAD')) count(tenant)
    return gateTrouble(troubles.of('s3')) ?? (distance.ms > 0 ? { kind: 'slow', ms: distance.ms } : undefined)
  })
  return {
    gate,
    distance,
    async begin() {
      distance.ms = ms
      const faultOf = await createEmulatorFaults()
      dropbox.interfere(({ account, route }) => {
        if (account !== undefined && dropboxReads.test(route)) count(account)
        const fault = faultOf('dropbox', troubles.of('dropbox'))
        return fault ?? (distance.ms > 0 ? { kind: 'hold', until: pause(distance.ms) } : undefined)
      })
    },
  }
}
