/** Objects of one bucket: the few operations that the store is made of. */
import type { S3Client } from './client.ts'
import { listObjects } from './object-list.ts'
import { createObjectReads, type ObjectReads } from './object-reads.ts'
import { createObjectWrites, type ObjectWrites } from './object-writes.ts'
import type { ListedObject } from './xml.ts'

export interface S3Objects extends ObjectReads, ObjectWrites {
  /** Objects directly below the prefix. */
  list(prefix: string): Promise<ListedObject[]>
}

/** Makes the operations over one client. `pageSize`: objects per page of a listing. */
export function createS3Objects(client: S3Client, pageSize: number): S3Objects {
  return {
    ...createObjectReads(client),
    ...createObjectWrites(client),
    list: (prefix) => listObjects(client, prefix, pageSize),
  }
}
