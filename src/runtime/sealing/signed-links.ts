/** Temporary links to one photo on one host: originals for admins, copies without metadata for visitors. */
import { jwtVerify, SignJWT } from 'jose'
import { PublisherError } from '../../base/errors.ts'
import { deriveSigningKey } from '../../base/sealing/derived-keys.ts'
import type { Secret } from '../../base/secret.ts'
import type { Host } from '../../contract/host.ts'
import { type Folder, folders, type PhotoName } from '../../ports/photo.ts'

export interface SignedLinks {
  /** Creates a token for one photo on one host. */
  sign(host: Host, folder: Folder, name: PhotoName, expiresAt: Date): Promise<string>
  /** Returns the folder that the token opens for this host and photo. Throws `link_expired` for any other token. */
  verify(token: string, host: Host, name: PhotoName): Promise<Folder>
}

/** Kind of link. Each purpose has its own key and token type. */
export type LinkPurpose = 'original-link' | 'copy-link'

const algorithm = 'HS256'

/** Signs with the first secret and accepts every secret, so links survive a rotation. Derives the keys at the first use. */
export function createSignedLinks(
  purpose: LinkPurpose,
  secrets: readonly [Secret, ...Secret[]],
  now: () => number,
): SignedLinks {
  const typ = `${purpose}+jwt`
  let derived: CryptoKey[] | undefined

  /** Caches the keys and not their promise: on Workers a promise may die with the request that awaits it first. */
  async function keys(): Promise<CryptoKey[]> {
    derived ??= await Promise.all(secrets.map((secret) => deriveSigningKey(secret, purpose)))
    return derived
  }

  return {
    async sign(host, folder, name, expiresAt) {
      const [key] = await keys()
      if (!key) throw new TypeError('There is no secret to sign with.')
      return new SignJWT({ folder })
        .setProtectedHeader({ alg: algorithm, typ })
        .setAudience(host)
        .setSubject(name)
        .setExpirationTime(expiresAt)
        .sign(key)
    },

    async verify(token, host, name) {
      for (const key of await keys()) {
        const payload = await jwtVerify(token, key, {
          algorithms: [algorithm],
          typ,
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
        'This link is invalid or has expired. Open the photo again to get a new link.',
      )
    },
  }
}
