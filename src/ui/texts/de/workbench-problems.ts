/** German texts about problems in the workbench, by the problem's code or, for other codes, its kind. */
import type { WorkbenchProblems } from '../en/workbench-problems.ts'

export const workbenchProblems: WorkbenchProblems = {
  answer_lost: {
    title: 'Die Verbindung brach ab',
    advice:
      'Der Server arbeitet trotzdem weiter. Sieh gleich noch einmal nach; nichts wird zweimal veröffentlicht.',
  },
  answer_pending: {
    title: 'Noch nichts Neues',
    advice: 'Der Server arbeitet vielleicht noch. Sieh gleich noch einmal nach.',
  },
  not_signed_in: {
    title: 'Du bist abgemeldet',
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Melde dich an, um hier weiterzumachen.',
  },
  not_admin: {
    title: 'Du verwaltest diese Galerie nicht mehr',
    advice:
      'Nichts wurde geändert. Melde dich ab, um ein anderes Konto zu nutzen; was nicht gespeichert ist, geht dabei verloren.',
  },
  feature_disabled: {
    title: 'Das ist abgeschaltet',
    advice: 'Es wurde für diese Galerie abgeschaltet. Lade die Seite neu, um zu sehen, was geht.',
  },
  cross_origin: {
    title: 'Anfrage abgelehnt',
    advice: 'Lade die Seite neu und versuche es noch einmal. Deine Texte sind auf diesem Gerät gespeichert.',
  },
  photo_not_found: {
    title: 'Das Foto ist nicht mehr hier',
    advice: 'Es wurde verschoben oder gelöscht. Schließe das und wähle ein anderes Foto.',
  },
  sidecar_changed: {
    title: 'Eine andere Änderung war schneller',
    advice: 'Nichts wurde überschrieben. Versuche es noch einmal.',
  },
  sidecar_unreadable: {
    title: 'Die Textdatei dieses Fotos ist nicht lesbar',
    advice:
      'Nichts wurde geändert. Kürze die .txt-Datei des Fotos in deinem Speicher oder speichere sie als UTF-8.',
  },
  photo_changed: {
    title: 'Das Foto wurde ausgetauscht',
    advice: 'Inzwischen liegt dort eine andere Datei. Lade die Seite neu.',
  },
  ai_refused: {
    title: 'Die KI lehnt dieses Foto ab',
    advice: 'Ein neuer Versuch hilft selten. Schreibe die Texte selbst.',
  },
  ai_unusable_answer: {
    title: 'Die Antwort der KI ist unbrauchbar',
    advice: 'Nichts wurde geändert. Versuche es noch einmal.',
  },
  ai_unavailable: {
    title: 'Die KI antwortet nicht',
    advice: 'Nichts wurde geändert. Versuche es später noch einmal.',
  },
  insufficient_balance: {
    title: 'Guthaben aufgebraucht',
    advice: 'Lade dein Guthaben auf, um die KI zu nutzen.',
  },
  storage_unavailable: {
    title: 'Der Speicher antwortet nicht',
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Versuche es gleich noch einmal.',
  },
  config_unavailable: {
    title: 'Die Einstellungen der Galerie sind nicht lesbar',
    advice:
      'Nichts wurde geändert. Deine Texte sind auf diesem Gerät gespeichert. Versuche es gleich noch einmal.',
  },
  offline: {
    title: 'Du bist offline',
    advice:
      'Deine Texte sind auf diesem Gerät gespeichert. Versuche es noch einmal, wenn die Verbindung wieder da ist.',
  },
  unreachable: {
    title: 'Der Server ist nicht erreichbar',
    advice: 'Die Verbindung ist vielleicht schwach. Deine Texte sind auf diesem Gerät gespeichert.',
  },
  slowDown: {
    title: 'Zu viele Anfragen',
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Versuche es gleich noch einmal.',
  },
  tooLarge: {
    title: 'Die Texte sind zu lang',
    advice: 'Das Limit ist 1 MB. Nichts wurde geändert. Kürze die Texte und versuche es noch einmal.',
  },
  unavailable: {
    title: 'Gerade nicht erreichbar',
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Versuche es gleich noch einmal.',
  },
  missing: { title: 'Das Foto ist nicht mehr hier', advice: 'Schließe das und wähle ein anderes Foto.' },
  failed: {
    title: 'Das hat nicht geklappt',
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Versuche es noch einmal.',
  },
}
