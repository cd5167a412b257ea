/** Sidecars as V2 writes them: the Stable Diffusion caption, an empty line, `# ---`, then `# key: value` lines. */
import type { Rating } from '../../src/contract/rating.ts'

export interface SidecarFacts {
  imageFile: string
  sha256: string
  created: Date
  caption: string
  tags: readonly string[]
  /** A person's rating. */
  rating: Rating
  /** Adds extended metadata, as for tenants who enable it. */
  isExtended: boolean
}

export function sidecarText({
  imageFile,
  sha256,
  created,
  caption,
  tags,
  rating,
  isExtended,
}: SidecarFacts): string {
  const lines: [key: string, value: string][] = [
    ['image_file', imageFile],
    ['sha256', sha256],
    ['created', created.toISOString().replace(/\.\d+Z$/, 'Z')],
    ['sd_caption_version', 'v1.0'],
    ['model_version', 'sample'],
    ['artist_alias', 'sample artist'],
  ]
  if (isExtended) {
    lines.push(
      ['subject', tags[0] ?? 'photo'],
      ['lighting', 'soft, from the upper left'],
      ['alt_text', caption],
      ['tags', JSON.stringify(tags)],
      ['moderation', JSON.stringify([])],
    )
  }
  lines.push(['caption', caption], ['caption_generated', caption], ['rating', rating])
  const metadata = lines.map(([key, value]) => `# ${key}: ${value}`)
  return [`fine-art photograph, ${tags.join(', ')}`, '', '# ---', ...metadata, ''].join('\n')
}
