/** Settings that photographers may change: all others are the operator's. One table decides about validation, description and locks. */
import { z } from 'zod'
import { lettersOf, maxLetters } from '../../src/base/watermark/letters.ts'
import { maxDefaultPlatforms, maxVoiceProfile } from '../../src/contract/blocks/content.ts'
import { watermarkPositions } from '../../src/contract/blocks/watermark.ts'
import type { Field } from '../../src/contract/lenient.ts'
import { resolvePaths } from '../../src/contract/paths.ts'
import { ratings } from '../../src/contract/rating.ts'
import { answerFields } from '../../src/contract/runtime-answer.ts'
import { timeZone } from '../../src/contract/time-zone.ts'

const line = z
  .string()
  .trim()
  .max(60, 'must have at most 60 characters')
  .refine((text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text), {
    error: 'must be a single line of plain text',
  })

const colour = z
  .string()
  .trim()
  .regex(/^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, 'must be a colour such as #c40 or #cc4400')

const text = z.string().max(20_000, 'must have at most 20,000 characters')

const path = z
  .string()
  .trim()
  .max(1000, 'must have at most 1,000 characters')
  .refine(isPath, { error: 'must be a path without "..", backslashes and control characters' })

const watermarkText = z
  .string()
  .trim()
  .max(maxLetters, `must have at most ${maxLetters} characters`)
  .refine(isDrawable, { error: 'has characters that the watermark cannot show' })

const fileName = z
  .string()
  .trim()
  .max(200, 'must have at most 200 characters')
  .regex(/^[^/\\]+$/, 'must be the name of a file, without a folder')
  .refine(isPath, { error: 'must be the name of a file' })

const voiceProfile = z.array(text.trim().min(1, 'must not be empty')).max(maxVoiceProfile)
const platforms = z.array(z.string().trim().min(1).max(100)).max(maxDefaultPlatforms)

/** Schema of each setting by its path. `null` removes a setting, and so does a blank text. */
const schemas = {
  'appearance.title': line,
  'appearance.accent_color': colour,
  'appearance.background_color': colour,
  'content.hashtag_string': text,
  'content.voice_profile': voiceProfile,
  'content.default_rating': z.enum(ratings),
  'content.default_platforms': platforms,
  'content.time_zone': timeZone,
  'content.watermark.text': watermarkText,
  'content.watermark.image': fileName,
  'content.watermark.position': z.enum(watermarkPositions),
  'content.watermark.opacity': z.number().min(0).max(1),
  'content.watermark.size': z.number().min(0.02).max(1),
  'features.auto_view_enabled': z.boolean(),
  'storage.paths.root': path,
  'storage.paths.archive': path,
  'storage.paths.keep': path,
  'storage.paths.remove': path,
  'ai.system_prompt': text,
  'ai.role_prompt': text,
  'ai.sd_caption_system_prompt': text,
  'ai.sd_caption_role_prompt': text,
} as const satisfies Readonly<Record<string, z.ZodType>>

/** A setting that photographers may change. */
export interface AllowedSetting {
  path: string
  /** Schema of the value, stricter than the contract: every accepted value has an effect. */
  schema: z.ZodType
  /** Field of the contract, which the publisher reads. */
  field: Field<unknown>
}

/** Allowed settings by their path. */
export const allowedSettings: ReadonlyMap<string, AllowedSetting> = new Map(
  Object.entries(schemas).map(([path, schema]) => [path, { path, schema, field: fieldAt(path) }]),
)

/** Returns the paths of the allowed settings at or below a path. */
export function settingsBelow(path: string): string[] {
  return [...allowedSettings.keys()].filter((known) => known === path || known.startsWith(`${path}.`))
}

/** Returns the values of all allowed settings in the blocks of the configuration. */
export function nested<T>(read: (setting: AllowedSetting) => T, above = ''): Record<string, unknown> {
  const names = [...allowedSettings.keys()].flatMap((path) =>
    path.startsWith(above) ? path.slice(above.length).split('.').slice(0, 1) : [],
  )
  const members = [...new Set(names)].map((name) => {
    const setting = allowedSettings.get(above + name)
    return [name, setting ? read(setting) : nested(read, `${above}${name}.`)] as const
  })
  return Object.fromEntries(members)
}

function fieldAt(path: string): Field<unknown> {
  const found = `config.${path}`
    .split('.')
    .reduce<Field<unknown> | undefined>((field, name) => field?.members?.[name], answerFields)
  if (!found) throw new TypeError(`The contract has no field ${path}.`)
  return found
}

function isPath(path: string): boolean {
  try {
    resolvePaths({ root: path, archive: path, keep: path, remove: path })
    return true
  } catch {
    return false
  }
}

function isDrawable(words: string): boolean {
  return [...words.normalize('NFC')].every((letter) => letter.trim() === '' || lettersOf(letter).length > 0)
}
