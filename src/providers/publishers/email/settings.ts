/** Settings of publishing by mail, from the tenant's configuration. */
import { z } from 'zod'
import type { Post } from '../../../ports/publisher.ts'

/** Mail address without a name. Refuses quotes, brackets, commas and white space, which have a meaning in a header. */
const address = z
  .string()
  .trim()
  .max(320)
  .regex(/^[^\s\p{Cc}<>()[\]",;:\\@]+@[^\s\p{Cc}<>()[\]",;:\\@]+$/u)

const word = z.string().trim().toLowerCase()

/** Settings. A blank or unknown word counts as the default, as in V2. */
const settingsSchema = z.object({
  recipient: address,
  caption_target: word.pipe(z.enum(['subject', 'body', 'both'])).catch('subject'),
  subject_mode: word.pipe(z.enum(['normal', 'private', 'avatar'])).catch('normal'),
})

export type EmailSettings = z.output<typeof settingsSchema>

/** Returns the settings, or `null` without a usable recipient. */
export function parseSettings(config: unknown): EmailSettings | null {
  return settingsSchema.safeParse(config).data ?? null
}

/** Returns the valid addresses without duplicates. Addresses that differ only in case are duplicates, and the first spelling stays. */
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

/** Builds the subject. Its prefix makes FetLife show the picture to friends only, or use it for the profile. */
export function subjectOf({ caption_target, subject_mode }: EmailSettings, caption: string): string {
  const words = caption_target === 'body' ? '' : oneLine(caption)
  return prefixes[subject_mode] + (words || 'Photo upload')
}

/**
 * Describes the recipient without revealing the address. An upload address is a password: its holder can post to the profile.
 */
export function recipientForPeople({ recipient }: EmailSettings): string {
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase()
  return domain === 'fetlife.com' || domain.endsWith('.fetlife.com') ? 'FetLife' : `an address at ${domain}`
}

/** Returns the photo's name with the extension `.jpg`, because the attachment is always a JPEG. */
export function attachmentName({ name }: Pick<Post, 'name'>): string {
  return oneLine(name).replace(/\.[^.]+$/, '.jpg')
}

/** Replaces control characters and line breaks, because a line break in a header would begin another header. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
