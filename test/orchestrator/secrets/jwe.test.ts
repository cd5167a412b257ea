import { createSecretKey, randomBytes } from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { expect, test } from 'vitest'
import { type KeyManagement, openJwe } from '../../../orchestrator/secrets/jwe.ts'

const algorithms: readonly KeyManagement[] = ['dir', 'A256KW']
const key = createSecretKey(randomBytes(32))
const text = 'refresh-token of Älice 🎈'

function seal(header: { alg: string; enc: string; crit?: string[] }): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(key)
}

function openText(sealed: string, alg: KeyManagement): string {
  return new TextDecoder().decode(openJwe(sealed, key, alg).bytes)
}

test.each(algorithms)('opens the value and header that jose sealed when the algorithm is %s', async (alg) => {
  const header = { alg, enc: 'A256GCM', kid: 'k1', tenant: 'alice' }
  const sealed = await seal(header)
  expect(openText(sealed, alg)).toBe(text)
  expect(openJwe(sealed, key, alg).header).toEqual(header)
})

test.each(algorithms)('refuses what jose refuses when a part of %s is changed', async (alg) => {
  const parts = (await seal({ alg, enc: 'A256GCM' })).split('.')
  const changed = parts.flatMap((part, index) =>
    [flipped(part), part.slice(0, -2), `${part}AA`, '', 'e30'].map((other) => parts.with(index, other)),
  )
  const others = [...changed, parts.slice(0, 4), [...parts, ''], []]
    .map((each) => each.join('.'))
    .filter((each) => each !== parts.join('.'))
  const accepted = await Promise.all(
    others.map(async (each) => ({
      here: opens(() => openJwe(each, key, alg)),
      jose: await compactDecrypt(each, key).then(
        () => true,
        () => false,
      ),
    })),
  )
  expect(accepted).toEqual(others.map(() => ({ here: false, jose: false })))
})

test.each([
  { alg: 'dir', enc: 'A256CBC-HS512' },
  { alg: 'A256KW', enc: 'A128GCM' },
  { alg: 'A256GCMKW', enc: 'A256GCM' },
])('refuses a JWE when its header names $alg and $enc', async (header) => {
  const bytes = header.enc === 'A256CBC-HS512' ? 64 : 32
  const other = createSecretKey(randomBytes(bytes))
  const sealed = await new CompactEncrypt(new Uint8Array(8)).setProtectedHeader(header).encrypt(other)
  for (const alg of algorithms) expect(() => openJwe(sealed, other, alg)).toThrow('another algorithm')
})

test.each([{ crit: ['b64'], b64: true }, { zip: 'DEF' }])(
  'refuses a JWE when its header needs the extension %o',
  (extension) => {
    const header = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', ...extension }))
    expect(() => openJwe(`${header.toString('base64url')}....`, key, 'dir')).toThrow('another algorithm')
  },
)

test('refuses a tag when it is shorter than 16 bytes', async () => {
  const parts = (await seal({ alg: 'dir', enc: 'A256GCM' })).split('.')
  const tag = Buffer.from(parts[4] ?? '', 'base64url')
  expect(tag).toHaveLength(16)
  for (const length of [4, 8, 12, 15]) {
    const short = parts.with(4, tag.subarray(0, length).toString('base64url'))
    expect(() => openJwe(short.join('.'), key, 'dir')).toThrow('authentication tag')
  }
})

/** Changes the first character, which has no unused bits. */
function flipped(part: string): string {
  return `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`
}

function opens(open: () => unknown): boolean {
  try {
    open()
    return true
  } catch {
    return false
  }
}
