/** Operations on the objects of one bucket, which the store is built on. */
import type { S3Client } from './client.ts'
import { listFolders, listObjects } from './object-list.ts'
import { createObjectReads, type ObjectReads } from './object-reads.ts'
import { createObjectWrites, type ObjectWrites } from './object-writes.ts'
import type { ListedObject } from './xml.ts'

export interface S3Objects extends ObjectReads, ObjectWrites {
  /** Lists the objects directly below the prefix. */
  list(prefix: string): Promise<ListedObject[]>
  /** Lists the names of the folders directly below the prefix. */
  listFolders(prefix: string): Promise<string[]>
}

/** Creates the operations over one client. `pageSize`: objects per page of a listing. */
export function createS3Objects(client: S3Client, pageSize: number): S3Objects {
  return {
    ...createObjectReads(client),
    ...createObjectWrites(client),
    list: (prefix) => listObjects(client, prefix, pageSize),
    listFolders: (prefix) => listFolders(client, prefix, pageSize),
  }
}
