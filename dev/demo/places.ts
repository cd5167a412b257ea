/** Addresses of the demo's parts, which other parts need before the parts run. */
import { freePort } from './ports.ts'

export interface DemoPlaces {
  /** Port of the publisher. */
  port: number
  /** Address of the publisher, for the orchestrator's calls. */
  fleet: string
  orchestratorPort: number
  /** Public address of the orchestrator. A number, because Bluesky accepts no name of this machine as a callback. */
  orchestrator: string
  /** Address of the operators' console. */
  console: string
  /** Returns the address to which a vendor returns a browser. */
  callbackOf(provider: string): string
}

/** Chooses free ports. */
export async function placesOf(port: number, baseDomain: string): Promise<DemoPlaces> {
  const [listenOn, orchestratorPort] = [await freePort(port), await freePort(port + 10)]
  const orchestrator = `http://127.0.0.1:${orchestratorPort}`
  return {
    port: listenOn,
    fleet: `http://127.0.0.1:${listenOn}`,
    orchestratorPort,
    orchestrator,
    console: `http://console.${baseDomain}:${orchestratorPort}`,
    callbackOf: (provider) => `${orchestrator}/connect/${provider}/callback`,
  }
}
