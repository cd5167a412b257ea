/** Lists the objects directly below a prefix, page by page (ListObjectsV2). */
import type { S3Client } from './client.ts'
import { storageUnavailable } from './errors.ts'
import { type ListedObject, parseListPage } from './xml.ts'

/** Upper bound on pages: a million objects in a folder, at the page size that S3 allows. */
const maxPages = 1000

/** Returns the objects of all pages. Throws `storage_unavailable` for a listing that is unreadable or does not end. */
export async function listObjects(
  client: S3Client,
  prefix: string,
  pageSize: number,
): Promise<ListedObject[]> {
  const objects: ListedObject[] = []
  const tokens = new Set<string>()
  for (let next: string | undefined = ''; next !== undefined; ) {
    if (tokens.has(next) || tokens.size === maxPages)
      throw storageUnavailable(new Error('A listing of the S3 server does not end.'))
    tokens.add(next)
    const token: Record<string, string> = next === '' ? {} : { 'continuation-token': next }
    const query = {
      'list-type': '2',
      prefix,
      delimiter: '/',
      'max-keys': String(pageSize),
      'encoding-type': 'url',
      ...token,
    }
    const response = await client.send({ method: 'GET', query })
    const found = readPage(await response.text())
    // Some servers may ignore the prefix, and keys outside of it do not belong to this folder.
    objects.push(...found.objects.filter(({ key }) => key.startsWith(prefix)))
    next = found.next
  }
  return objects
}

function readPage(xml: string) {
  try {
    return parseListPage(xml)
  } catch (cause) {
    throw storageUnavailable(new Error('The S3 server sent a listing that cannot be read.', { cause }))
  }
}
