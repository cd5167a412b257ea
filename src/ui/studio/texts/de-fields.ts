/** German texts of the fields on the settings page. */
import type { FieldWords } from './en-fields.ts'

const platformNames: Readonly<Record<string, string>> = {
  telegram: 'Telegram',
  instagram: 'Instagram',
  bluesky: 'Bluesky',
  mastodon: 'Mastodon',
  email: 'FetLife (Mail)',
}

const fields: FieldWords['fields'] = {
  'appearance.title': 'Titel',
  'appearance.accent_color': 'Akzentfarbe',
  'appearance.background_color': 'Hintergrundfarbe',
  'features.auto_view_enabled': 'Alle dürfen die Galerie ansehen',
  'content.time_zone': 'Zeitzone',
  'content.hashtag_string': 'Hashtags',
  'content.voice_profile': 'Beispieltexte',
  'content.default_rating': 'Voreingestellte Einstufung',
  'content.default_platforms': 'Vorausgewählte Kanäle',
  'content.watermark.text': 'Text des Wasserzeichens',
  'content.watermark.position': 'Position des Wasserzeichens',
  'content.watermark.opacity': 'Deckkraft des Wasserzeichens',
  'ai.system_prompt': 'Anweisungen an die KI',
  'ai.role_prompt': 'Aufgabe der KI für Bildtexte',
  'storage.paths.root': 'Fotoordner',
  'storage.paths.archive': 'Ordner für veröffentlichte Fotos',
  'storage.paths.keep': 'Ordner für behaltene Fotos',
  'storage.paths.remove': 'Ordner für aussortierte Fotos',
}
const fieldNames: Readonly<Record<string, string>> = fields

export const fieldWords: FieldWords = {
  locked: 'Das entscheidet dein Betreiber.',
  useDefault: 'Standard nutzen',
  default: 'Standard',
  fields,
  fieldHints: {
    'appearance.title': 'Höchstens 60 Zeichen. Ohne Titel steht hier der Anfang deiner Adresse.',
    'features.auto_view_enabled': 'Wenn das aus ist, sehen nur Admins die Fotos.',
    'content.hashtag_string': 'Stehen bei jedem Bildtext vor den anderen Hashtags.',
    'content.voice_profile': 'Bildtexte in deinem eigenen Stil. Die KI schreibt dann ähnlich.',
    'content.default_rating': 'Für Fotos, die noch nicht eingestuft sind.',
    'content.watermark.text':
      'Höchstens 80 lateinische Buchstaben, Ziffern und Zeichen. Leer heißt: kein Wasserzeichen.',
  },
  fieldName: (path) => fieldNames[path] ?? path,
  ratings: { general: 'Harmlos', suggestive: 'Freizügig', nudity: 'Nackt', explicit: 'Explizit' },
  platformName: (platform) => platformNames[platform] ?? platform,
  positions: {
    'top-left': 'Oben links',
    top: 'Oben',
    'top-right': 'Oben rechts',
    left: 'Links',
    center: 'Mitte',
    right: 'Rechts',
    'bottom-left': 'Unten links',
    bottom: 'Unten',
    'bottom-right': 'Unten rechts',
  },
  voice: {
    label: (number) => `Beispieltext ${number}`,
    add: 'Text hinzufügen',
    remove: (number) => `Beispieltext ${number} entfernen`,
    full: 'Mehr als 20 gehen nicht.',
  },
  zone: { suggest: (zone) => `${zone} übernehmen`, none: 'Nicht gesetzt' },
  preview: {
    title: 'Vorschau',
    dark: 'Dunkel',
    light: 'Hell',
    sample: 'Ein Text mit einem Link',
    ratio: (ratio) => `Kontrast ${ratio}`,
    good: 'Gut lesbar.',
    accentRefused: 'Die Akzentfarbe ist hier zu schlecht lesbar, deshalb gilt der Standard.',
    backgroundRefused: 'Auf diesem Hintergrund ist Text zu schlecht lesbar, deshalb gilt der Standard.',
  },
  on: 'Ein',
  off: 'Aus',
}
