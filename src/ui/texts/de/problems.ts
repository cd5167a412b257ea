/** German texts about problems that any visitor may see. */
import type { ProblemsTexts } from '../en/problems.ts'

export const problemsTexts: ProblemsTexts = {
  tryAgain: 'Noch einmal versuchen',
  anotherPhoto: 'Ein anderes Foto zeigen',
  retriesIn: (time) => `Neuer Versuch in ${time}`,
  retrying: 'Neuer Versuch',
  requestId: (id) => `Anfrage-ID: ${id}`,
  problems: {
    empty: {
      title: 'Noch keine Fotos',
      advice: 'Fotos, die in diese Galerie kommen, erscheinen hier.',
    },
    rootMissing: {
      title: 'Der Fotoordner existiert nicht',
      advice:
        'Lege ihn in deinem Speicher an oder ändere den Pfad. Auch beim ersten Hochladen wird er angelegt.',
    },
    folderEmpty: {
      title: 'Dieser Ordner ist leer',
      advice: 'Fotos, die hierher kommen, erscheinen hier.',
    },
    nothingFound: {
      title: 'Nichts gefunden',
      advice: 'Kein Fotoname passt zu deiner Suche.',
    },
    missing: {
      title: 'Dieses Foto ist nicht hier',
      advice: 'Es wurde verschoben oder entfernt, oder der Link ist falsch.',
    },
    private: {
      title: 'Diese Galerie ist privat',
      advice: 'Zurzeit kann nur ihre Fotografin oder ihr Fotograf sie ansehen.',
    },
    notAdmin: {
      title: 'Das ist nicht deine Galerie',
      advice: 'Das kann nur, wer diese Galerie verwaltet. Melde dich ab, um ein anderes Konto zu nutzen.',
    },
    signInAgain: {
      title: 'Zum Löschen neu anmelden',
      advice:
        'Löschen geht nur mit einer Anmeldung aus den letzten 24 Stunden. Nichts wurde gelöscht. Melde dich neu an und wiederhole es dann.',
    },
    unreadable: {
      title: 'Dieses Foto lässt sich nicht zeigen',
      advice: 'Die Datei ist wohl beschädigt oder zu groß.',
    },
    slowDown: {
      title: 'Einen Moment, bitte',
      advice: 'Zu viele Anfragen. Warte einen Moment.',
    },
    tooLarge: {
      title: 'Das war zu groß',
      advice: 'Nichts wurde geändert. Sende weniger und versuche es noch einmal.',
    },
    unavailable: {
      title: 'Gerade nicht erreichbar',
      advice: 'Der Fotospeicher antwortet nicht. Versuche es in ein paar Minuten noch einmal.',
    },
    setup: {
      title: 'Diese Galerie ist nicht richtig eingerichtet',
      advice: 'Die Fotografin oder der Fotograf muss die Einstellungen korrigieren.',
    },
    offline: {
      title: 'Du bist offline',
      advice: 'Die Galerie verbindet sich neu, sobald du wieder online bist.',
    },
    unreachable: {
      title: 'Die Galerie antwortet nicht',
      advice: 'Die Verbindung ist vielleicht schwach. Mit „Zurück“ siehst du bereits angesehene Fotos.',
    },
    failed: {
      title: 'Etwas ist schiefgegangen',
      advice:
        'Versuche es noch einmal. Bleibt es so, dann nenne der Fotografin oder dem Fotografen die Anfrage-ID unten.',
    },
  },
}
