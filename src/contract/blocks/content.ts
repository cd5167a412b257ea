/** The blocks about texts: `captionfile`, `confirmation` and `content`. */
import { z } from 'zod'
import { block, type Fault, field, flag, list, text, whole } from '../lenient.ts'

export const captionFileField = block({
  extended_metadata_enabled: flag(false),
  artist_alias: text,
})

const tagsCount = whole(5, Number.MIN_SAFE_INTEGER)

export const confirmationField = block({
  confirmation_to_sender: flag(true),
  /** Number of tags. Treats a negative count as 0. */
  confirmation_tags_count: {
    read: (value: unknown, path: string, faults: Fault[]) => Math.max(0, tagsCount.read(value, path, faults)),
  },
  confirmation_tags_nature: text,
})

/** Upper bound on the sample captions that the AI gets. The rest are dropped. */
const maxVoiceProfile = 20

export const contentField = block({
  hashtag_string: field(z.string().max(20_000), '', 'is not text of at most 20,000 characters'),
  archive: flag(true),
  debug: flag(false, { value: true, consequence: 'nothing is sent or moved until it is corrected' }),
  voice_profile: list(z.string().max(20_000), maxVoiceProfile),
})
