/** What the tenant's configuration says about publishing by mail, checked. */
import { z } from 'zod'
import type { Post } from '../../../ports/publisher.ts'

/** One address without a name; quotes, brackets, commas and white space would make it something else in a header. */
const address = z
  .string()
  .trim()
  .max(320)
  .regex(/^[^\s\p{Cc}<>()[\]",;:\\@]+@[^\s\p{Cc}<>()[\]",;:\\@]+$/u)

const word = z.string().trim().toLowerCase()

/** A word that is blank or unknown is the default, as in V2. */
const settingsSchema = z.object({
  recipient: address,
  caption_target: word.pipe(z.enum(['subject', 'body', 'both'])).catch('subject'),
  subject_mode: word.pipe(z.enum(['normal', 'private', 'avatar'])).catch('normal'),
})

export type EmailSettings = z.output<typeof settingsSchema>

/** The settings, or `null` where they name no usable recipient. */
export function parseSettings(config: unknown): EmailSettings | null {
  return settingsSchema.safeParse(config).data ?? null
}

/** The addresses among these, each once in any case, as it was first written. */
export function usableAddresses(candidates: readonly string[]): string[] {
  const usable = new Map<string, string>()
  for (const candidate of candidates) {
    const written = address.safeParse(candidate).data
    const key = written?.toLowerCase()
    if (written !== undefined && key !== undefined && !usable.has(key)) usable.set(key, written)
  }
  return [...usable.values()]
}

const prefixes = { normal: '', private: 'Private: ', avatar: 'Avatar: ' }

/** FetLife takes a picture for friends only, or for the profile, by the beginning of the subject. */
export function subjectOf({ caption_target, subject_mode }: EmailSettings, caption: string): string {
  const words = caption_target === 'body' ? '' : oneLine(caption)
  return prefixes[subject_mode] + (words || 'Photo upload')
}

/**
 * Where the mail goes, as far as it may be told: an upload address is as good as a password, since whoever knows it can post to
 * the profile.
 */
export function recipientForPeople({ recipient }: EmailSettings): string {
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase()
  return domain === 'fetlife.com' || domain.endsWith('.fetlife.com') ? 'FetLife' : `an address at ${domain}`
}

/** The attachment is a JPEG whatever the photo was. */
export function attachmentName({ name }: Pick<Post, 'name'>): string {
  return oneLine(name).replace(/\.[^.]+$/, '.jpg')
}

/** A line break in a header would begin another header. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
