/** Links of our own to originals, for stores that cannot make any: whoever holds one may read one photo until it expires. */
import { jwtVerify, SignJWT } from 'jose'
import { PublisherError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { type Folder, folders, type PhotoName } from '../workflow/photo.ts'
import type { Host } from './host.ts'

export interface SignedLinks {
  /** A token for one original on one host. */
  sign(host: Host, folder: Folder, name: PhotoName, expiresAt: Date): Promise<string>
  /** The folder that the token opens for this very host and photo. Throws `link_expired` for anything else. */
  verify(token: string, host: Host, name: PhotoName): Promise<Folder>
}

const purpose = 'original-link+jwt'
const algorithm = 'HS256'

/** Signs with the first secret and accepts all of them, so that links survive a rotation. */
export function createSignedLinks(secrets: readonly [Secret, ...Secret[]], now: () => number): SignedLinks {
  const keys = secrets.map((secret) => new TextEncoder().encode(secret.reveal()))
  const [signingKey = new Uint8Array()] = keys

  return {
    sign: (host, folder, name, expiresAt) =>
      new SignJWT({ folder })
        .setProtectedHeader({ alg: algorithm, typ: purpose })
        .setAudience(host)
        .setSubject(name)
        .setExpirationTime(expiresAt)
        .sign(signingKey),

    async verify(token, host, name) {
      for (const key of keys) {
        const payload = await jwtVerify(token, key, {
          algorithms: [algorithm],
          typ: purpose,
          audience: host,
          subject: name,
          currentDate: new Date(now()),
          requiredClaims: ['exp'],
        }).then(
          (verified) => verified.payload,
          () => null,
        )
        const folder = folders.find((known) => known === payload?.folder)
        if (folder) return folder
      }
      throw new PublisherError(
        'link_expired',
        'This link is not valid or has expired. Open the photo again for a new one.',
      )
    },
  }
}
