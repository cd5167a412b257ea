/** Settings of a gallery whose operator offers no studio: values to read, and the way to change them. */
import { isRecord, isTextList, textOf } from '../json.ts'
import { signInUrl } from './sign-in-url.ts'
import { words } from './words.ts'

export interface ReadOnlyProps {
  /** Bodies of the routes below `/api/config/`; `null` for a route that refused. */
  answers: Readonly<Record<'features' | 'publishers' | 'voice' | 'captions', unknown>>
  needsSignIn: boolean
}

export function ReadOnly({ answers, needsSignIn }: ReadOnlyProps) {
  const { features, publishers, voice, captions } = answers
  const flag = (name: string) => (isRecord(features) && features[name] === true ? words.on : words.off)
  const platforms = isRecord(publishers)
    ? Object.keys(publishers).filter((name) => publishers[name] === true)
    : []
  const samples = isRecord(voice) && isTextList(voice.voice_profile) ? voice.voice_profile : []
  const hashtags = isRecord(captions) ? textOf(captions.hashtags) : null
  const rows: [string, string][] = [
    [words.readOnly.public, flag('auto_view_enabled')],
    [words.readOnly.publishing, flag('publish_enabled')],
    [words.readOnly.ai, flag('analyze_caption_enabled')],
    [
      words.readOnly.storage,
      isRecord(features) ? words.providerName(textOf(features.storage_provider) ?? '') : '',
    ],
    [words.readOnly.platforms, platforms.map(words.platformName).join(', ')],
    [words.readOnly.hashtags, hashtags ?? ''],
    [words.readOnly.voice, samples.join(' · ')],
  ]
  return (
    <section class="narrow" aria-labelledby="read-only-title">
      <div class="card">
        <h2 id="read-only-title">{words.readOnly.title}</h2>
        <p>{words.readOnly.advice}</p>
        {needsSignIn && (
          <a class="button action" href={signInUrl(false)}>
            {words.signIn}
          </a>
        )}
      </div>
      <dl class="values">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value || words.readOnly.empty}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
