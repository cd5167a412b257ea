import { describe, expect, it } from 'vitest'
import { toCredentials } from '../../src/ports/config-source.ts'

const s3 = {
  provider: 's3',
  access_key_id: 'key',
  secret_access_key: 'secret',
  endpoint_url: 'https://s3.example',
  bucket: 'photos',
}

describe('resolved credentials', () => {
  it.each([
    ['a version that is a number', { provider: 'smtp', password: 'p', version: 7 }, { version: '7' }],
    ['a version of another type', { provider: 'smtp', password: 'p', version: { a: 1 } }, { version: '' }],
    ['a provider in another case', { provider: ' Dropbox ', refresh_token: 'r' }, { provider: 'dropbox' }],
    [
      'an unreadable expiry',
      { provider: 'dropbox', refresh_token: 'r', expires_at: 'never', scope: [] },
      { provider: 'dropbox' },
    ],
    ['a blank region', { ...s3, region: ' ' }, { region: 'auto' }],
    ['a region of another type', { ...s3, region: 7 }, { region: 'auto' }],
    [
      'blanks around an endpoint and a bucket',
      { ...s3, endpoint_url: ' https://s3.example ', bucket: 'photos ' },
      { endpoint_url: 'https://s3.example', bucket: 'photos' },
    ],
    [
      'a blank service account',
      { provider: 'gdrive', refresh_token: 'r', service_account: '' },
      { service_account: undefined },
    ],
  ])('accepts credentials with %s', (_title, answer, expected) => {
    expect(toCredentials(answer)).toMatchObject(expected)
  })

  it.each([
    ['a secret is blank', { provider: 'smtp', password: '' }],
    ['the endpoint is not an HTTP URL', { ...s3, endpoint_url: 'ftp://x' }],
    ['the provider is unknown', { provider: 'floppy' }],
    ['they are not an object', []],
  ])('refuses credentials when %s', (_title, answer) => {
    expect(() => toCredentials(answer)).toThrow(expect.objectContaining({ code: 'credentials_unavailable' }))
  })
})
