/** Words of the mails about events, in both languages, since the language of a gallery's people is not known. */
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { safeLine } from '../../src/base/vendor-text.ts'
import type { MailedType } from './outbox.ts'

export interface MailFacts {
  type: MailedType
  /** JSON of the event. */
  data: string
  tenant: string
  /** Host of the gallery. */
  host: string
}

export interface MailText {
  subject: string
  text: string
}

const line = (max: number) =>
  z
    .union([z.string(), z.number().transform(String)])
    .transform((text) => safeLine(text, [], max))
    .catch('')
const dataSchema = z.object({
  provider: line(40),
  account: line(200),
  words: line(300),
  expires_at: line(40),
  month: line(10),
  used: line(20),
  budget: line(20),
})

/** Writes the mail of an event. */
export function mailOf({ type, data, tenant, host }: MailFacts): MailText {
  const facts = dataSchema.parse(parseJson(data) ?? {})
  const provider = providerNames[facts.provider] ?? facts.provider
  const account = facts.account === '' ? '' : ` (${facts.account})`
  const link = `https://${host}/settings`
  const texts: Readonly<Record<MailedType, MailText>> = {
    'connection.broken': {
      subject: `${host}: ${provider} is disconnected`,
      text: `${provider}${account} no longer accepts the connection of ${host}. Nothing is published there, and nothing is lost.\n${provider} says: ${facts.words}\nConnect it again: ${link}\n\n${provider}${account} nimmt die Verbindung von ${host} nicht mehr an. Dort wird nichts veröffentlicht, und nichts geht verloren.\n${provider} sagt: ${facts.words}\nVerbinde neu: ${link}\n`,
    },
    'connection.expiring': {
      subject: `${host}: ${provider} ends soon`,
      text: `The connection of ${host} to ${provider}${account} ends at ${facts.expires_at} and cannot be renewed.\nConnect it again: ${link}\n\nDie Verbindung von ${host} zu ${provider}${account} endet am ${facts.expires_at} und lässt sich nicht verlängern.\nVerbinde neu: ${link}\n`,
    },
    'budget.warning': {
      subject: `${host}: most of the AI budget is used`,
      text: `${tenant} has used ${facts.used} of ${facts.budget} AI tokens in ${facts.month}. At the limit, captions are no longer written by the AI.\n${link}\n\n${tenant} hat im Monat ${facts.month} schon ${facts.used} von ${facts.budget} KI-Tokens verbraucht. Danach schreibt die KI keine Texte mehr.\n${link}\n`,
    },
  }
  return texts[type]
}

const providerNames: Readonly<Record<string, string>> = {
  dropbox: 'Dropbox',
  gdrive: 'Google Drive',
  s3: 'S3',
  telegram: 'Telegram',
  instagram: 'Instagram',
  bluesky: 'Bluesky',
  mastodon: 'Mastodon',
  smtp: 'The mail server',
  openai: 'OpenAI',
}
