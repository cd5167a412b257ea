import { afterAll, beforeAll, describe } from 'vitest'
import { type R2Server, startR2 } from '../../dev/emulators/r2.ts'
import type { CredentialSource } from '../../src/credentials.ts'
import { createS3Store, type S3Credentials } from '../../src/providers/storage/s3.ts'
import { Secret } from '../../src/secret.ts'
import { describePhotoStore, type OpenStorage } from './contract.ts'
import { putObject, startS3rver } from './s3-servers.ts'

const oneAttempt = { attempts: 1, baseMs: 1, capMs: 1, attemptTimeoutMs: 5000, deadlineMs: 10_000 }

/** Every storage is a folder of its own in one bucket. */
function opener(server: () => R2Server, rootName: string, pageSize: number) {
  let count = 0
  return async (): Promise<OpenStorage> => {
    const root = `${rootName}-${++count}`
    const paths = { root, archive: `${root}/archive`, keep: `${root}/keep`, remove: `${root}/reject` }
    const base = {
      provider: 's3',
      paths,
      credentials: credentialsOf(server()),
      allowPrivateEndpoints: true,
      pageSize,
    }
    return {
      store: createS3Store(base),
      another: () => createS3Store(base),
      failing(nth) {
        let calls = 0
        const failingFetch: typeof fetch = async (...request) => {
          calls++
          if (calls === nth) throw new TypeError('interrupted')
          return fetch(...request)
        }
        return {
          store: createS3Store({ ...base, fetch: failingFetch, retry: oneAttempt }),
          calls: () => calls,
        }
      },
      waiting: (before) =>
        createS3Store({
          ...base,
          async fetch(...request) {
            await before()
            return fetch(...request)
          },
        }),
      plant: (file, bytes) => putObject(server(), `${root}/${file}`, bytes),
      fetchLink: async (url) => (await fetch(url)).text(),
      [Symbol.asyncDispose]: async () => undefined,
    }
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

const servers = [
  { name: 'R2 in Miniflare', start: startR2, rootName: 'odd (é+) root', pageSize: 10, traits: {} },
  {
    // It ignores conditions, computes other signatures for odd queries, reads a copy's source by decodeURI, and fails at
    // a second page: what is asked of it is plain.
    name: 's3rver',
    start: startS3rver,
    rootName: 'root',
    pageSize: 1000,
    traits: { atomic: false, canName: (name: string) => /^[\w .%-]+$/.test(name) },
  },
]

describe.each(servers)('S3 by $name', ({ start, rootName, pageSize, traits }) => {
  let server: R2Server
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.close())
  describePhotoStore(
    'the S3 store',
    opener(() => server, rootName, pageSize),
    traits,
  )
})
