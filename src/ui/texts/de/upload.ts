/** German texts of uploads. */
import type { UploadTexts } from '../en/upload.ts'

export const uploadTexts: UploadTexts = {
  upload: {
    choose: 'Fotos hochladen',
    dropHere: 'Fotos hier ablegen, um sie hochzuladen',
    tray: 'Hochgeladene Fotos',
    progress: (done, all) => `${done} von ${all} hochgeladen`,
    finished: (done, failed, duplicates) =>
      `${done} hochgeladen${failed ? `, ${failed} fehlgeschlagen` : ''}${duplicates ? `, ${duplicates} schon da` : ''}`,
    progressOf: (name) => `Hochladen von ${name}`,
    cancelAll: 'Alle abbrechen',
    retryAll: 'Alle noch einmal',
    close: 'Liste schließen',
    cancel: (name) => `${name} abbrechen`,
    retry: (name) => `${name} noch einmal versuchen`,
    show: (name) => `${name} zeigen`,
    goOn: 'Jetzt weiter',
    waiting: (seconds) => `Der Server ist beschäftigt. Weiter in ${seconds} s.`,
    pauses: {
      offline: 'Du bist offline. Es geht weiter, sobald die Verbindung wieder da ist.',
      signedOut:
        'Du bist abgemeldet. Nichts ist verloren: Melde dich an und komm zurück, dann geht es weiter.',
      wait: 'Der Server ist beschäftigt. Das Hochladen läuft automatisch weiter.',
    },
    done: 'Hochgeladen',
    renamed: (name) => `Umbenannt, denn ${name} ist vergeben oder nicht erlaubt`,
    sent: (percent) => `${percent} %`,
    states: {
      waiting: 'Wartet',
      storing: 'Wird gespeichert',
      failed: 'Nicht hochgeladen',
      cancelled: 'Abgebrochen',
      lost: 'Die Verbindung brach ab. Sieh nach, ob das Foto da ist, bevor du es noch einmal versuchst.',
    },
    alreadyHere: (name, folder) => `Schon da als ${name} (${folder})`,
    keepBoth: 'Beide behalten',
    skip: 'Überspringen',
    damaged: 'Beschädigt oder unvollständig. Kopiere es noch einmal von der Kamera.',
    phoneFormat:
      'Der Server kann HEIC und AVIF nicht öffnen. Auf dem iPhone: Einstellungen > Kamera > Formate > Maximale Kompatibilität.',
    stalled: 'Seit einer Minute kein Fortschritt. Versuch es noch einmal.',
    tooLarge: (megabytes) => `Zu groß. Ein Foto darf höchstens ${megabytes} MB haben.`,
    faults: {
      notPhoto: 'Kein Foto. Nimm JPEG, PNG oder WebP.',
      empty: 'Diese Datei ist leer.',
      unreadable: 'Diese Datei lässt sich nicht lesen. Wähle sie noch einmal aus.',
    },
  },
}
