import { describe, expect, it } from 'vitest'
import { ofContent } from '../../src/ui/darkroom/admin-api.ts'
import type { Photo } from '../../src/ui/gallery/gallery-api.ts'

const photo: Photo = {
  filename: 'dusk.jpg',
  version: 'Rk9PQmFyQmF',
  placeholder: null,
  temp_url: '/original',
  thumbnail_url: '/thumbnail',
  sha256: null,
  caption: null,
  alt_text: null,
  sd_caption: null,
  metadata: null,
  has_sidecar: false,
}

describe('the content of a photo in a request', () => {
  it('names the digest of the photo where the digest is known', () => {
    const sha256 = 'a'.repeat(64)
    expect(ofContent({ ...photo, sha256 })).toEqual({ sha256 })
  })

  it('names the version of the photo until the digest is known', () => {
    expect(ofContent(photo)).toEqual({ version: photo.version })
  })
})
