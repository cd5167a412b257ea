/** S3 and compatible storages, by pasted keys: the bucket is listed, and a probe is written and deleted before the keys are kept. */
import { withoutSlashAtEnd } from '../../../src/base/text-edges.ts'
import { innerPath, sortedFolders } from '../folders.ts'
import { usableCredentials } from '../usable-credentials.ts'
import {
  type Connected,
  type Folder,
  type Vendor,
  VendorRefused,
  type VendorTools,
  type WrittenCredentials,
} from '../vendor.ts'
import { createVendorFetch } from '../vendor-fetch.ts'
import { type Bucket, bucketSchema, createBucket } from './s3/bucket.ts'
import { type FolderPage, parseFolderPage } from './s3/xml.ts'

const checkEveryMs = 30 * 60_000
/** Upper bound on pages of a listing, each with up to 1,000 folders. */
const maxPages = 5
/** Prefix of temporary objects, of which the fleet deletes those that are left over. */
const probes = '.publisher/claimants/probe.'
const notAtomic =
  'Photos can be shown. Publishing needs a storage that supports conditional writes (If-None-Match), and this storage does not.'

/** Creates the vendor. Its addresses come from tenants, so that all calls go through the guard. */
export function createS3({ guardedFetch }: VendorTools): Vendor {
  const fetch = createVendorFetch(guardedFetch, 'The storage')
  const bucketOf = (stored: WrittenCredentials) =>
    createBucket(fetch, usableCredentials(bucketSchema, stored), 'revoked')

  return {
    provider: 's3',
    use: 'storage',
    checkEveryMs,
    pasted: {
      values: bucketSchema.strict(),
      async accept(values) {
        const credentials = bucketSchema.parse(values)
        const bucket = createBucket(fetch, credentials, 'invalid')
        await listPage(bucket, '', { 'max-keys': '1' })
        const isAtomic = await tryWriting(bucket)
        const { host, pathname } = new URL(credentials.endpoint_url)
        const connected: Connected = {
          credentials: { provider: 's3', ...credentials },
          account: `${credentials.bucket} (${host})`,
          accountId: `${host}${withoutSlashAtEnd(pathname)}/${credentials.bucket}`,
          expiresAt: null,
          settings: {},
        }
        return isAtomic ? connected : { ...connected, hint: notAtomic }
      },
    },

    async check(credentials) {
      await listPage(bucketOf(credentials), '', { 'max-keys': '1' })
      return {}
    },

    folders: (credentials, path) => listFolders(bucketOf(credentials), path),
  }
}

/**
 * Writes a probe, tries to create the probe a second time, and deletes it. Returns false if the storage does not refuse the second time.
 * Throws {@link VendorRefused} if the keys may not write or delete.
 */
async function tryWriting(bucket: Bucket): Promise<boolean> {
  const key = `${probes}${crypto.randomUUID()}`
  const body = 'The keys of this storage were tried. This file can be deleted.\n'
  await bucket.send({ method: 'PUT', key, body })
  const again = await bucket
    .ask({ method: 'PUT', key, body, headers: { 'if-none-match': '*' } })
    .catch(() => undefined)
  // Deletes the probe before any refusal. The answer proves that deleting is allowed.
  await bucket.send({ method: 'DELETE', key })
  if (again === undefined || again.status >= 500 || again.status === 429)
    if (again?.status !== 501) throw new VendorRefused('unavailable', 'The storage did not answer.')
  return again?.status === 412
}

async function listPage(
  bucket: Bucket,
  prefix: string,
  query: Readonly<Record<string, string>>,
): Promise<FolderPage> {
  const base = { 'list-type': '2', prefix, delimiter: '/', 'encoding-type': 'url' }
  const response = await bucket.send({ method: 'GET', query: { ...base, ...query } })
  const page = parseFolderPage(await response.text())
  if (page) return page
  throw new VendorRefused('bad_address', 'No S3 server answers at this address.')
}

async function listFolders(bucket: Bucket, path: string): Promise<Folder[]> {
  const inner = innerPath(path)
  const prefix = inner === '' ? '' : `${inner}/`
  const names: string[] = []
  let next: string | undefined
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await listPage(bucket, prefix, {
      'max-keys': '1000',
      ...(next !== undefined && { 'continuation-token': next }),
    })
    // Some servers may ignore the prefix, and keys outside of it do not belong to this folder.
    const inside = page.prefixes.filter((folder) => folder.startsWith(prefix) && folder.endsWith('/'))
    names.push(...inside.map((folder) => folder.slice(prefix.length, -1)))
    next = page.next
    if (next === undefined) break
  }
  return sortedFolders(names, prefix)
}
