import { afterAll, beforeAll, describe } from 'vitest'
import { type R2Server, startR2 } from '../../../dev/emulators/r2.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { CredentialSource } from '../../../src/ports/credentials.ts'
import { createS3Store, type S3Credentials, type VerdictMemory } from '../../../src/providers/storage/s3.ts'
import {
  describePhotoStore,
  type OpenStorage,
  type StorageTraits,
} from '../../support/contracts/photo-store.ts'
import { errorAnswer } from '../../support/fakes/s3-bucket.ts'
import { putObject, startS3rver } from '../../support/fixtures/s3-servers.ts'

const oneAttempt = { attempts: 1, baseMs: 1, capMs: 1, attemptTimeoutMs: 5000, deadlineMs: 10_000 }

/** Returns a function that opens storages, each in a different folder of the same bucket. */
function opener(
  server: () => R2Server,
  rootName: string,
  pageSize: number,
  request: typeof fetch = (...asked) => fetch(...asked),
) {
  let count = 0
  const verdicts = oneServer()
  return async (): Promise<OpenStorage> => {
    const root = `${rootName}-${++count}`
    const paths = { root, archive: `${root}/archive`, keep: `${root}/keep`, remove: `${root}/reject` }
    const base = {
      provider: 's3',
      verdicts,
      paths,
      credentials: credentialsOf(server()),
      allowPrivateEndpoints: true,
      pageSize,
      fetch: request,
    }
    return {
      store: createS3Store(base),
      another: () => createS3Store(base),
      failing(nth) {
        let calls = 0
        const failingFetch: typeof fetch = async (...asked) => {
          calls++
          if (calls === nth) throw new TypeError('interrupted')
          return request(...asked)
        }
        return {
          store: createS3Store({ ...base, fetch: failingFetch, retry: oneAttempt }),
          calls: () => calls,
        }
      },
      waiting: (before) =>
        createS3Store({
          ...base,
          // A single attempt, because the other process may be paused while this process waits for it.
          retry: oneAttempt,
          async fetch(...asked) {
            await before()
            return request(...asked)
          },
        }),
      plant: (file, bytes) => putObject(server(), `${root}/${file}`, bytes),
      fetchLink: async (url) => (await fetch(url)).text(),
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
}

/** Shares a verdict among all storages on a server, because the probe has its own tests. */
function oneServer(): VerdictMemory {
  let found: ReturnType<VerdictMemory['get']>
  return {
    get: () => found,
    set: (_key, conditions) => {
      found = conditions
    },
  }
}

function credentialsOf({
  endpoint,
  bucket,
  accessKeyId,
  secretAccessKey,
}: R2Server): CredentialSource<S3Credentials> {
  const credentials = {
    access_key_id: new Secret(accessKeyId),
    secret_access_key: new Secret(secretAccessKey),
    endpoint_url: endpoint,
    bucket,
    region: 'us-east-1',
  }
  return { get: async () => credentials, reject: () => undefined }
}

/** Simulates a server that refuses conditional writes, and nothing else. */
const refusing: typeof fetch = async (input, init) => {
  const asked = new Request(input, init)
  const { method, headers } = asked
  const isConditional = method === 'PUT' && (headers.has('if-none-match') || headers.has('if-match'))
  const { body, status } = errorAnswer(501, 'NotImplemented')
  return isConditional ? new Response(body, { status }) : fetch(asked)
}

const servers: {
  name: string
  start: () => Promise<R2Server>
  rootName: string
  pageSize: number
  request?: typeof fetch
  traits: StorageTraits
}[] = [
  { name: 'R2 in Miniflare', start: startR2, rootName: 'odd (é+) root', pageSize: 10, traits: {} },
  {
    name: 'a server that answers 501 to conditions, like Backblaze B2',
    start: startR2,
    rootName: 'root',
    pageSize: 1000,
    request: refusing,
    traits: { atomic: false },
  },
  {
    // Gets only simple requests because of its faults. It deletes empty folders together with files that were just put into them (`fs.rm`,
    // recursive) and ignores conditions. It computes other signatures for odd queries, decodes the source of a copy by decodeURI, and
    // fails at a second page.
    name: 's3rver',
    start: startS3rver,
    rootName: 'root',
    pageSize: 1000,
    traits: { atomic: false, steady: false, canName: (name: string) => /^[\w .%-]{1,200}$/.test(name) },
  },
]

describe.each(servers)('S3 by $name', ({ start, rootName, pageSize, request, traits }) => {
  let server: R2Server
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.close())
  describePhotoStore(
    'the S3 store',
    opener(() => server, rootName, pageSize, request),
    traits,
  )
})
