/** German texts about problems in the workbench, by the problem's code, else by its kind. */
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
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Melde dich an, dann bist du wieder genau hier.',
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
    advice: 'Lade die Seite neu und wiederhole es dort. Deine Texte sind auf diesem Gerät gespeichert.',
  },
  photo_not_found: {
    title: 'Das Foto ist nicht mehr hier',
    advice: 'Jemand hat es inzwischen verschoben oder gelöscht. Schließe das und nimm ein anderes.',
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
    advice: 'Noch einmal fragen hilft selten. Schreibe die Texte selbst.',
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
    title: 'Kein Guthaben',
    advice: 'Die KI arbeitet wieder, sobald es aufgefüllt ist.',
  },
  storage_unavailable: {
    title: 'Der Speicher antwortet nicht',
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Versuche es gleich noch einmal.',
  },
  config_unavailable: {
    title: 'Die Galerie ist nicht ganz erreichbar',
    advice:
      'Ihre Einstellungen lassen sich nicht lesen, darum wird nichts geändert. Deine Texte sind auf diesem Gerät gespeichert.',
  },
  offline: {
    title: 'Du bist offline',
    advice:
      'Deine Texte sind auf diesem Gerät gespeichert. Versuche es noch einmal, wenn die Verbindung wieder da ist.',
  },
  unreachable: {
    title: 'Keine Antwort',
    advice: 'Die Verbindung ist vielleicht schwach. Deine Texte sind auf diesem Gerät gespeichert.',
  },
  slowDown: {
    title: 'Zu viel auf einmal',
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Versuche es nach der Pause noch einmal.',
  },
  tooLarge: {
    title: 'Die Texte sind zu lang',
    advice:
      'Mehr als 1 MB nimmt der Server nicht auf einmal. Nichts wurde geändert: Kürze sie und versuche es noch einmal.',
  },
  unavailable: {
    title: 'Gerade nicht erreichbar',
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Versuche es gleich noch einmal.',
  },
  missing: { title: 'Das Foto ist nicht mehr hier', advice: 'Schließe das und nimm ein anderes.' },
  failed: {
    title: 'Das hat nicht geklappt',
    advice: 'Deine Texte sind auf diesem Gerät gespeichert. Versuche es noch einmal.',
  },
}
