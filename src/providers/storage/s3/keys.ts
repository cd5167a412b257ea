/** Keys of one tenant's objects, and how they are written into a URL. */
import { type Folder, type PhotoName, type SidecarForm, sidecarName } from '../../../ports/photo.ts'
import { recordFile } from '../../../ports/record-key.ts'
import type { RecordKey, StoragePaths } from '../../../ports/storage.ts'

export interface Keys {
  /** What all keys of a folder begin with; empty for the whole bucket. */
  prefix(folder: Folder): string
  photo(folder: Folder, name: PhotoName): string
  sidecar(folder: Folder, name: PhotoName, form?: SidecarForm): string
  /** Throws `invalid_request` for a key that could name anything but a record. */
  record(key: RecordKey): string
  /** Prefix of everything that this program keeps for itself. */
  own: string
  /** Prefix of markers that last as long as one attempt: of creators, and of probes. */
  claimants: string
  /** A key that no other probe has. */
  freshProbe(): string
  /** Where versions before 2.1 found out about conditional writes. */
  formerProbe: string
}

/** Keys have no leading slash, whatever the configuration says. */
export function createKeys(paths: StoragePaths): Keys {
  const prefix = (folder: Folder) => {
    const path = paths[folder].replace(/^\/+/, '')
    return path === '' ? '' : `${path}/`
  }
  const own = `${prefix('root')}.publisher/`
  const claimants = `${own}claimants/`
  return {
    prefix,
    own,
    claimants,
    photo: (folder, name) => prefix(folder) + name,
    sidecar: (folder, name, form) => prefix(folder) + sidecarName(name, form),
    record: (key) => own + recordFile(key),
    freshProbe: () => `${claimants}probe.${crypto.randomUUID()}`,
    formerProbe: `${own}conditional-writes`,
  }
}

/**
 * A key as a URL path: each segment percent-encoded, `!'()*` included, which `encodeURIComponent` leaves and the signature
 * covers (AWS Signature Version 4, "UriEncode").
 */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeStrictly).join('/')
}

export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
