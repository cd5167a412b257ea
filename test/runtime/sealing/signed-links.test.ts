import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { deriveSigningKey } from '../../../src/base/sealing/derived-keys.ts'
import { Secret } from '../../../src/base/secret.ts'
import { parseHost } from '../../../src/contract/host.ts'
import { parsePhotoName } from '../../../src/ports/photo.ts'
import { createSignedLinks } from '../../../src/runtime/sealing/signed-links.ts'

const start = Date.parse('2026-11-01T12:00:00Z')
const inFourHours = new Date(start + 4 * 3600_000)
const oldSecret = new Secret('o'.repeat(32))
const newSecret = new Secret('n'.repeat(32))

function hostNamed(name: string) {
  const parsed = parseHost(`${name}.shibari.photo`, 'shibari.photo')
  if (!parsed) throw new Error('no host')
  return parsed.host
}

const alice = hostNamed('alice')
const photo = parsePhotoName('dusk (1).jpg')

describe('a signed link', () => {
  const links = createSignedLinks('original-link', [newSecret], () => start)

  it('opens one original on one host', async () => {
    const token = await links.sign(alice, 'archive', photo, inFourHours)
    expect(await links.verify(token, alice, photo)).toBe('archive')
  })

  it('opens nothing on another host, for another photo, or after its expiry', async () => {
    const token = await links.sign(alice, 'root', photo, inFourHours)
    const later = createSignedLinks('original-link', [newSecret], () => inFourHours.getTime() + 1000)
    await expect(links.verify(token, hostNamed('bob'), photo)).rejects.toMatchObject({ code: 'link_expired' })
    await expect(links.verify(token, alice, parsePhotoName('other.jpg'))).rejects.toMatchObject({
      code: 'link_expired',
    })
    await expect(later.verify(token, alice, photo)).rejects.toMatchObject({ code: 'link_expired' })
  })

  it('accepts a link after a rotation until the old secret is dropped', async () => {
    const token = await createSignedLinks('original-link', [oldSecret], () => start).sign(
      alice,
      'root',
      photo,
      inFourHours,
    )
    expect(
      await createSignedLinks('original-link', [newSecret, oldSecret], () => start).verify(
        token,
        alice,
        photo,
      ),
    ).toBe('root')
    await expect(links.verify(token, alice, photo)).rejects.toMatchObject({ code: 'link_expired' })
  })

  it.each([
    ['a random word', async () => 'nonsense'],
    ['a truncated token', async () => (await links.sign(alice, 'root', photo, inFourHours)).slice(0, -4)],
    ['an unsigned token', async () => unsigned()],
    ['a token of another purpose', () => signedAs('session+jwt', 'root')],
    ['a token for a folder that does not exist', () => signedAs('original-link+jwt', 'etc')],
    ['a token without an expiry', () => withoutExpiry()],
    ['a token signed with the secret itself', () => signedAs('original-link+jwt', 'root', rawKey)],
    [
      'a link to a clean copy',
      () => createSignedLinks('copy-link', [newSecret], () => start).sign(alice, 'root', photo, inFourHours),
    ],
    [
      'a copy link that calls itself a link to an original',
      async () => signedAs('original-link+jwt', 'root', await deriveSigningKey(newSecret, 'copy-link')),
    ],
  ])('refuses a link that is %s', async (_title, make) => {
    await expect(links.verify(await make(), alice, photo)).rejects.toMatchObject({ code: 'link_expired' })
  })
})

const key = await deriveSigningKey(newSecret, 'original-link')

const rawKey = new TextEncoder().encode(newSecret.reveal())

function unsigned(): string {
  return new UnsecuredJWT({ folder: 'root' })
    .setAudience(alice)
    .setSubject(photo)
    .setExpirationTime(inFourHours)
    .encode()
}

function signedAs(typ: string, folder: string, signingKey: CryptoKey | Uint8Array = key): Promise<string> {
  return new SignJWT({ folder })
    .setProtectedHeader({ alg: 'HS256', typ })
    .setAudience(alice)
    .setSubject(photo)
    .setExpirationTime(inFourHours)
    .sign(signingKey)
}

function withoutExpiry(): Promise<string> {
  return new SignJWT({ folder: 'root' })
    .setProtectedHeader({ alg: 'HS256', typ: 'original-link+jwt' })
    .setAudience(alice)
    .setSubject(photo)
    .sign(key)
}
