import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hostName, hostParser } from '../../src/contract/host.ts'

const parse = hostParser('shibari.photo', ['auth.shibari.photo'])

it('finds the same tenant in a host and in its normalised name', () => {
  const label = fc.oneof(fc.string({ maxLength: 70 }), fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/))
  const end = fc.constantFrom('.shibari.photo', '.SHIBARI.photo', '.shibari.photo.', '.shibari.photo:443', '')
  fc.assert(
    fc.property(label, end, (first, rest) => {
      const raw = first + rest
      const parsed = parse(raw)
      expect(parsed).toEqual(parse(hostName(raw)))
      if (parsed) expect(parsed.host).toBe(hostName(raw))
    }),
  )
})

it('refuses a reserved name in every spelling', () => {
  for (const raw of [
    'auth.shibari.photo',
    'AUTH.shibari.photo',
    'auth.shibari.photo:443',
    'auth.shibari.photo.',
  ])
    expect(parse(raw)).toBe(null)
})
