/** Directory of identities (web.plc.directory, "did:plc") in memory, for the accounts of one Bluesky server. */
import { z } from 'zod'
import { type EmulatorServer, listenOnLoopback } from '../../emulators/dropbox/server.ts'

const operationSchema = z.looseObject({
  type: z.literal('plc_operation'),
  rotationKeys: z.array(z.string()),
  verificationMethods: z.object({ atproto: z.string() }),
  alsoKnownAs: z.array(z.string()),
})
type Operation = z.output<typeof operationSchema>

/** Starts the directory. `endpointOf` returns the address of an account's server by its handle. Checks no signatures. */
export function startPlcDirectory(endpointOf: (handle: string) => string): Promise<EmulatorServer> {
  const operations = new Map<string, Operation>()
  return listenOnLoopback(async (request) => {
    const [, did = '', part] = decodeURIComponent(new URL(request.url).pathname).split('/')
    if (request.method === 'POST') {
      operations.set(did, operationSchema.parse(await request.json()))
      return new Response(null, { status: 200 })
    }
    const operation = operations.get(did)
    if (!operation) return Response.json({ message: `DID not registered: ${did}` }, { status: 404 })
    const [address = ''] = operation.alsoKnownAs
    const endpoint = endpointOf(address.replace('at://', ''))
    return Response.json(
      part === 'data' ? dataOf(did, operation, endpoint) : documentOf(did, operation, endpoint),
    )
  }, 0)
}

function dataOf(
  did: string,
  { rotationKeys, verificationMethods, alsoKnownAs }: Operation,
  endpoint: string,
) {
  const services = { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint } }
  return { did, rotationKeys, verificationMethods, alsoKnownAs, services }
}

function documentOf(id: string, { verificationMethods, alsoKnownAs }: Operation, serviceEndpoint: string) {
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id,
    alsoKnownAs,
    verificationMethod: [
      {
        id: `${id}#atproto`,
        type: 'Multikey',
        controller: id,
        publicKeyMultibase: verificationMethods.atproto.replace('did:key:', ''),
      },
    ],
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint }],
  }
}
