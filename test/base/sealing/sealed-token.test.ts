import fc from 'fast-check'
import { EncryptJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createSealer } from '../../../src/base/sealing/sealed-token.ts'
import { Secret } from '../../../src/base/secret.ts'

const start = Date.parse('2026-11-01T12:00:00Z')
const oldSecret = new Secret('o'.repeat(32))
const newSecret = new Secret('n'.repeat(32))
const schema = z.object({ name: z.string() })
const forAlice = { audience: 'alice.test', expiresInSeconds: 60 }

function sealer(change: { secrets?: [Secret, ...Secret[]]; purpose?: string; at?: number } = {}) {
  const { secrets = [newSecret], purpose = 'test', at = start } = change
  return createSealer({ secrets, purpose, schema, now: () => at })
}

describe('a sealed token', () => {
  it('opens a token for its purpose and audience until the token expires', async () => {
    const token = await sealer().seal({ name: 'x' }, forAlice)
    const seconds = start / 1000
    expect(await sealer().open(token, 'alice.test')).toEqual({
      content: { name: 'x' },
      issuedAt: seconds,
      expiresAt: seconds + 60,
    })
    expect(await sealer({ at: start + 59_999 }).open(token, 'alice.test')).not.toBeNull()
    expect(await sealer({ at: start + 60_000 }).open(token, 'alice.test')).toBeNull()
    expect(await sealer().open(token, 'bob.test')).toBeNull()
    expect(await sealer({ purpose: 'other' }).open(token, 'alice.test')).toBeNull()
  })

  it('refuses a token when the unused bits of its base64url change', async () => {
    let token = ''
    while (!token.endsWith('A')) token = await sealer().seal({ name: 'x' }, forAlice)
    expect(await sealer().open(token, 'alice.test')).not.toBeNull()
    for (const last of 'BCDEF')
      expect(await sealer().open(token.slice(0, -1) + last, 'alice.test')).toBeNull()
  })

  it('opens a token after a rotation until the old secret is dropped', async () => {
    const token = await sealer({ secrets: [oldSecret] }).seal({ name: 'x' }, forAlice)
    expect(await sealer({ secrets: [newSecret, oldSecret] }).open(token, 'alice.test')).not.toBeNull()
    expect(await sealer({ secrets: [newSecret] }).open(token, 'alice.test')).toBeNull()
    const next = await sealer({ secrets: [newSecret, oldSecret] }).seal({ name: 'x' }, forAlice)
    expect(await sealer({ secrets: [newSecret] }).open(next, 'alice.test')).not.toBeNull()
  })

  it('reveals nothing of a token’s content, and creates a different token each time', async () => {
    const tokens = await Promise.all([1, 2].map(() => sealer().seal({ name: 'canary' }, forAlice)))
    expect(new Set(tokens).size).toBe(2)
    const readable = tokens
      .join('.')
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    expect(readable.join()).not.toContain('canary')
    expect(readable.join()).not.toContain('alice.test')
  })

  it('derives a separate key per purpose, so a forged header opens nothing', async () => {
    const forged = async (purpose: string) => {
      const encoder = new TextEncoder()
      const material = await crypto.subtle.importKey('raw', encoder.encode('n'.repeat(32)), 'HKDF', false, [
        'deriveBits',
      ])
      const hkdf = {
        name: 'HKDF',
        hash: 'SHA-256',
        salt: new Uint8Array(),
        info: encoder.encode(`publisher ${purpose}`),
      }
      return new EncryptJWT({ name: 'x' })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'test+jwt' })
        .setAudience('alice.test')
        .setIssuedAt(start / 1000)
        .setExpirationTime(start / 1000 + 60)
        .encrypt(new Uint8Array(await crypto.subtle.deriveBits(hkdf, material, 256)))
    }
    expect(await sealer().open(await forged('test'), 'alice.test')).not.toBeNull()
    expect(await sealer().open(await forged('other'), 'alice.test')).toBeNull()
  })

  it('refuses a token whose content does not match the schema', async () => {
    const other = createSealer({
      secrets: [newSecret],
      purpose: 'test',
      schema: z.object({ id: z.number() }),
      now: () => start,
    })
    expect(await sealer().open(await other.seal({ id: 1 }, forAlice), 'alice.test')).toBeNull()
  })

  it('refuses a token after any change of a letter, and never throws', async () => {
    const token = await sealer().seal({ name: 'x' }, forAlice)
    // The last letter of a part may hold unused bits (RFC 4648, section 3.5).
    const meaningful = [...token].flatMap((letter, at) =>
      letter === '.' || /\.|^$/.test(token[at + 1] ?? '') ? [] : [at],
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...meaningful),
        fc.constantFrom(...'Az09-_.= '),
        async (at, letter) => {
          const changed = token.slice(0, at) + letter + token.slice(at + 1)
          expect(await sealer().open(changed, 'alice.test')).toEqual(
            changed === token ? expect.anything() : null,
          )
        },
      ),
      { numRuns: 500 },
    )
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (noise) => {
        expect(await sealer().open(noise, 'alice.test')).toBeNull()
      }),
    )
  })
})
