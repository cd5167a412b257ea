/** Keys of a tenant's objects, and their encoding in URLs. */
import {
  type Folder,
  type PhotoName,
  type SidecarForm,
  sidecarName,
  type XmpForm,
} from '../../../ports/photo.ts'
import { recordFile } from '../../../ports/record-key.ts'
import type { RecordKey, StoragePaths } from '../../../ports/storage.ts'
import { xmpNames } from '../../../ports/xmp-file.ts'

export interface Keys {
  /** Returns the prefix of all keys of a folder; empty for the whole bucket. */
  prefix(folder: Folder): string
  photo(folder: Folder, name: PhotoName): string
  sidecar(folder: Folder, name: PhotoName, form?: SidecarForm): string
  /** Returns the keys that the photo's XMP file of this form may have. The first has precedence. */
  xmp(folder: Folder, name: PhotoName, form: XmpForm): readonly [string, string]
  /** Returns the key of a record. Throws `invalid_request` for a record key that could point elsewhere. */
  record(key: RecordKey): string
  /** Prefix of this program's own objects. */
  own: string
  /** Prefix of temporary objects: markers of creators, and probes. */
  claimants: string
  /** Returns a key that no other probe uses. */
  freshProbe(): string
  /** Key of the probe in versions before 2.1. */
  formerProbe: string
}

/** Creates the keys of one tenant. Removes leading slashes of the configured paths. */
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
    xmp(folder, name, form) {
      const [usual, capital] = xmpNames(name, form)
      return [prefix(folder) + usual, prefix(folder) + capital]
    },
    record: (key) => own + recordFile(key),
    freshProbe: () => `${claimants}probe.${crypto.randomUUID()}`,
    formerProbe: `${own}conditional-writes`,
  }
}

/**
 * Encodes a key as a URL path. Percent-encodes each segment, including `!'()*`, as the signature requires (AWS Signature Version 4,
 * "UriEncode"). `encodeURIComponent` alone leaves those characters.
 */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeStrictly).join('/')
}

/** Percent-encodes all reserved characters. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
