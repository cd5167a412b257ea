/** The `config` of a runtime answer: all blocks, and the rules between them. */
import type { z } from 'zod'
import { appearanceField } from './appearance.ts'
import { aiField } from './blocks/ai.ts'
import { authField } from './blocks/auth.ts'
import { captionFileField, confirmationField, contentField } from './blocks/content.ts'
import { emailServerField } from './blocks/email-server.ts'
import { featuresField } from './blocks/features.ts'
import type { storageSchema } from './blocks/storage.ts'
import { block, type Fault, memberOf, type ValueOf } from './lenient.ts'
import { publishersField } from './publisher-entries.ts'

/** Fields of each optional block. */
export const optionalBlocks = {
  publishers: publishersField,
  email_server: emailServerField,
  ai: aiField,
  captionfile: captionFileField,
  confirmation: confirmationField,
  content: contentField,
  auth: authField,
  appearance: appearanceField,
}

const optionalFields = block(optionalBlocks)

type Features = ValueOf<typeof featuresField>

/** All settings of a tenant except secrets. */
export type RuntimeConfig = ValueOf<typeof optionalFields> & {
  storage: z.output<typeof storageSchema>
  features: Features & { voice_matching_enabled: boolean }
}

/**
 * Reads all blocks except storage. Version 1 of the schema has only features and storage, so analysis and publishing are off even
 * if its flags say otherwise.
 */
export function readOptional(
  config: unknown,
  schemaVersion: 1 | 2,
  faults: Fault[],
): Omit<RuntimeConfig, 'storage'> {
  const features = featuresField.read(memberOf(config, 'features'), 'config.features', faults)
  const isVersion1 = schemaVersion === 1
  const rest = optionalFields.read(isVersion1 ? {} : config, 'config', faults)
  return {
    ...rest,
    features: {
      ...features,
      publish_enabled: features.publish_enabled && !isVersion1,
      // Analysis needs the tenant's own API key.
      analyze_caption_enabled: features.analyze_caption_enabled && rest.ai.credentials_ref !== undefined,
      voice_matching_enabled: features.voice_matching_enabled ?? rest.content.voice_profile.length > 0,
    },
  }
}
