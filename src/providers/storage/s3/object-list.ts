/** Lists the objects and folders directly below a prefix, page by page (ListObjectsV2). */
import type { S3Client } from './client.ts'
import { storageUnavailable } from './errors.ts'
import { type ListedObject, type ListPage, parseListPage } from './xml.ts'

/** Upper bound on pages: a million objects in a folder, at the page size that S3 allows. */
const maxPages = 1000

/** Returns the objects of all pages. Throws `storage_unavailable` for a listing that is unreadable or does not end. */
export async function listObjects(
  client: S3Client,
  prefix: string,
  pageSize: number,
): Promise<ListedObject[]> {
  const objects: ListedObject[] = []
  for await (const page of pagesOf(client, prefix, pageSize)) {
    // Some servers may ignore the prefix, and keys outside of it do not belong to this folder.
    objects.push(...page.objects.filter(({ key }) => key.startsWith(prefix)))
  }
  return objects
}

/** Returns the names of the folders of all pages. Throws as {@link listObjects} does. */
export async function listFolders(client: S3Client, prefix: string, pageSize: number): Promise<string[]> {
  const names: string[] = []
  for await (const page of pagesOf(client, prefix, pageSize)) {
    const inside = page.prefixes.filter((folder) => folder.startsWith(prefix))
    names.push(...inside.map((folder) => folder.slice(prefix.length, -1)))
  }
  return names
}

async function* pagesOf(client: S3Client, prefix: string, pageSize: number): AsyncGenerator<ListPage> {
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
    const found: ListPage = readPage(await response.text())
    yield found
    next = found.next
  }
}

function readPage(xml: string): ListPage {
  try {
    return parseListPage(xml)
  } catch (cause) {
    throw storageUnavailable(new Error('The S3 server sent a listing that cannot be read.', { cause }))
  }
}
