/** Words of the pages on the way through a vendor, in both languages. */
import type { Language, PageText } from './page.ts'
import type { ConnectionProvider } from './vendor.ts'

export const providerNames: Readonly<Record<ConnectionProvider, string>> = {
  dropbox: 'Dropbox',
  gdrive: 'Google Drive',
  s3: 'S3',
  telegram: 'Telegram',
  instagram: 'Instagram',
  bluesky: 'Bluesky',
  mastodon: 'Mastodon',
  smtp: 'SMTP',
  openai: 'OpenAI',
}

const names: Readonly<Record<string, string>> = providerNames

/** Returns the name of a provider for people. */
export function providerName(provider: string): string {
  return names[provider] ?? provider
}

/** Page for an unknown, expired or used attempt, and for another browser. It says nothing about the attempt. */
export function lostPage(language: Language): PageText {
  return language === 'de'
    ? {
        title: 'Dieser Link gilt nicht mehr',
        sentences: [
          'Ein Link zum Verbinden gilt zehn Minuten, einmal, und nur in dem Browser, in dem du angefangen hast.',
          'Es wurde nichts verbunden. Öffne die Einstellungen deiner Galerie und tippe noch einmal auf „Verbinden“.',
        ],
      }
    : {
        title: 'This link no longer works',
        sentences: [
          'A link for connecting works for ten minutes, once, and only in the browser in which you started.',
          'Nothing was connected. Open the settings of your gallery and tap "Connect" again.',
        ],
      }
}

/** Page before a vendor's page is opened by a link from elsewhere. */
export function confirmPage(
  language: Language,
  {
    provider,
    gallery,
    person,
    href,
  }: { provider: ConnectionProvider; gallery: string; person: string; href: string },
): PageText {
  const name = providerNames[provider]
  return language === 'de'
    ? {
        title: `${name} mit ${gallery} verbinden?`,
        sentences: [
          `Du verbindest dein Konto bei ${name} mit der Galerie ${gallery}. Begonnen hat das ${person}.`,
          'Wenn du das nicht selbst angefangen hast, schließe diese Seite: Sonst erhält diese Galerie Zugriff auf dein Konto.',
        ],
        go: { href, label: `Weiter zu ${name}` },
      }
    : {
        title: `Connect ${name} to ${gallery}?`,
        sentences: [
          `You are connecting your ${name} account to the gallery ${gallery}. ${person} started this.`,
          "If you didn't start it yourself, close this page. Otherwise, that gallery gets access to your account.",
        ],
        go: { href, label: `Continue to ${name}` },
      }
}

/** Page for a failure of this server. */
export function failedPage(language: Language): PageText {
  return language === 'de'
    ? {
        title: 'Das hat nicht geklappt',
        sentences: ['Der Server hat gerade ein Problem. Versuche es in einer Minute noch einmal.'],
      }
    : {
        title: 'That did not work',
        sentences: ['The server has a problem right now. Try again in a minute.'],
      }
}
