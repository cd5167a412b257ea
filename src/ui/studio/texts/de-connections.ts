/** German texts about connected accounts. */
import type { ConnectionWords } from './en-connections.ts'

const providerNames: Readonly<Record<string, string>> = {
  dropbox: 'Dropbox',
  gdrive: 'Google Drive',
  s3: 'S3-Speicher',
  telegram: 'Telegram',
  instagram: 'Instagram',
  bluesky: 'Bluesky',
  mastodon: 'Mastodon',
  smtp: 'Mailserver',
  openai: 'OpenAI',
}

const valueNames: Readonly<Record<string, string>> = {
  bot_token: 'Bot-Token',
  handle: 'Handle',
  identifier: 'Handle',
  app_password: 'App-Passwort',
  service: 'Server, falls es nicht der von Bluesky ist',
  service_url: 'Server',
  pds_url: 'Server',
  instance: 'Dein Mastodon-Server',
  instance_url: 'Dein Mastodon-Server',
  api_key: 'API-Schlüssel',
  base_url: 'Adresse des Dienstes',
  host: 'Mailserver',
  port: 'Port',
  username: 'Benutzername',
  user: 'Benutzername',
  password: 'Passwort',
  from_email: 'Absenderadresse',
  endpoint_url: 'Endpunkt-Adresse',
  region: 'Region',
  bucket: 'Bucket',
  access_key_id: 'Zugriffsschlüssel-ID',
  secret_access_key: 'Geheimer Zugriffsschlüssel',
  channel: 'Öffentlicher Kanal, falls er nicht gefunden wird',
  channel_id: 'Kanal',
  use_tls: 'Verschlüsselung (true oder false)',
  recipient: 'Upload-Adresse von FetLife',
  service_account: 'Dienstkonto (JSON)',
}

const howTo: Readonly<Record<string, readonly string[]>> = {
  telegram: [
    'Öffne @BotFather in Telegram, sende /newbot und kopiere das Token.',
    'Füge den Bot deinem Kanal als Admin hinzu, der Nachrichten posten darf.',
    'Poste irgendetwas im Kanal und verbinde dann hier. Der Kanal wird automatisch gefunden.',
  ],
  bluesky: [
    'Öffne in Bluesky Einstellungen, Privatsphäre und Sicherheit, App-Passwörter. Erstelle eins und kopiere es.',
  ],
  mastodon: ['Gib den Server deines Kontos ein, zum Beispiel mastodon.social.'],
  smtp: ['Dein Mailanbieter nennt diese Werte unter „SMTP“ oder „Postausgang“.'],
  openai: ['Erstelle auf platform.openai.com unter API keys einen Schlüssel.'],
  s3: ['Erstelle einen Zugriffsschlüssel, der im Bucket auflisten, lesen, schreiben und löschen darf.'],
}

const refusals: Readonly<Record<string, string>> = {
  denied: 'Du hast die Verbindung nicht erlaubt. Nichts wurde geändert.',
  invalid: 'Das hat nicht geklappt: Die Werte oder der Link sind nicht mehr gültig. Versuche es noch einmal.',
  revoked: 'Der Zugriff wurde entzogen. Verbinde neu.',
  wrong_account:
    'Das ist ein anderes Konto als bisher. Melde dich mit demselben Konto an oder wechsle es bewusst.',
  missing_permission: 'Es fehlen Berechtigungen. Verbinde neu und erlaube alles, wonach gefragt wird.',
  unsuitable: 'Diese Art Konto geht nicht. Instagram braucht ein professionelles Konto.',
  bad_address: 'Unter dieser Adresse gibt es keinen solchen Server.',
  rate_limited: 'Zu viele Versuche. Probiere es in ein paar Minuten wieder.',
  unavailable: 'Der Dienst antwortet nicht. Probiere es in ein paar Minuten wieder.',
  expired: 'Das hat zu lange gedauert. Verbinde neu.',
}

export const connectionWords: ConnectionWords = {
  providerName: (provider) => providerNames[provider] ?? provider,
  valueName: (name, description) => valueNames[name] ?? (description || name),
  howTo: (provider) => howTo[provider] ?? [],
  refusal: (reason) => refusals[reason] ?? 'Die Verbindung hat nicht geklappt. Versuche es noch einmal.',
  connections: {
    intro: 'Konten, mit denen deine Galerie arbeitet.',
    uses: { storage: 'Speicher', channel: 'Kanäle', mail: 'Mail', ai: 'KI' },
    states: {
      ok: 'Verbunden',
      expiring: 'Läuft bald ab',
      broken: 'Gestört',
      not_connected: 'Nicht verbunden',
    },
    since: (time) => `seit ${time}`,
    usedFor: (uses) => `Genutzt für ${uses.join(', ')}`,
    useNames: { storage: 'deine Fotos', channel: 'das Veröffentlichen', mail: 'Mails', ai: 'Bildtexte' },
    connect: (provider) => `${provider} verbinden`,
    submit: 'Verbinden',
    connectAgain: 'Neu verbinden',
    otherAccount: 'Anderes Konto nutzen',
    appPassword: 'Stattdessen ein App-Passwort nutzen',
    pasteInstead: 'Stattdessen Werte eingeben',
    disconnect: 'Trennen',
    disconnectQuestion: (provider) =>
      `${provider} trennen? Die Galerie kann es dann erst nach dem Neuverbinden wieder nutzen.`,
    lookAgain: 'Noch einmal suchen',
    howTo: 'So geht’s',
    leaving: 'Die Anmeldeseite wird geöffnet …',
    checking: 'Wird geprüft …',
    connected: (provider) => `${provider} ist verbunden.`,
    disconnected: (provider) => `${provider} ist getrennt.`,
    serviceSays: (provider) => `${provider} meldet:`,
    optional: 'optional',
    empty: 'Dein Betreiber hat noch keine Verbindungen eingerichtet.',
  },
}
