/** Sections about the gallery: profile, appearance and captions. */
import { isRecord } from '../../json.ts'
import { valueAt } from '../fields.ts'
import type { PageProps } from '../page-props.ts'
import { words } from '../words.ts'
import { ColourFields } from './colours.tsx'
import { Choice, TextArea, TextField, Toggle } from './field.tsx'
import { Platforms } from './platforms.tsx'
import { TimeZone } from './time-zone.tsx'
import { VoiceProfile } from './voice-profile.tsx'
import { Watermark } from './watermark.tsx'

export function Profile({ store, connections }: PageProps) {
  return (
    <>
      <TextField store={store} path="appearance.title" maxLength={60} />
      <Toggle store={store} path="features.auto_view_enabled" />
      <TimeZone store={store} />
      <Choice
        store={store}
        path="content.default_rating"
        blank={words.default}
        choices={Object.entries(words.ratings)}
      />
      <Platforms store={store} connections={connections} />
    </>
  )
}

export function Look({ store }: PageProps) {
  return (
    <>
      <ColourFields store={store} />
      <Watermark store={store} />
    </>
  )
}

export function Captions({ store }: PageProps) {
  const { answer } = store.state
  // Prompts are part of the answer only where the operator shows them.
  const hasPrompts = isRecord(answer.settings.ai)
  return (
    <>
      <TextArea store={store} path="content.hashtag_string" rows={3} />
      <VoiceProfile store={store} />
      {hasPrompts &&
        (['ai.system_prompt', 'ai.role_prompt'] as const)
          .filter((path) => !store.isLocked(path) || valueAt(answer.settings, path) !== null)
          .map((path) => <TextArea key={path} store={store} path={path} rows={6} />)}
    </>
  )
}
