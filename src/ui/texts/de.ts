/** Every word of the web app, in German. */
import type { Texts } from './en.ts'

const list = new Intl.ListFormat('de')

export const de: Texts = {
  next: 'Weiter',
  back: 'Zurück',
  details: 'Details',
  closeDetails: 'Details schließen',
  original: 'Original öffnen',
  opensInNewTab: 'öffnet einen neuen Tab',
  toLight: 'Helle Farben',
  toDark: 'Dunkle Farben',

  signIn: 'Anmelden',
  signOut: 'Abmelden',
  signedInAs: 'Angemeldet als',
  account: (email) => `Konto: ${email}`,
  notAdmin: 'Du verwaltest diese Galerie nicht.',

  loading: 'Ein Foto wird geladen',
  loadingNext: 'Das nächste Foto wird geladen',
  photo: (description) => `Foto: ${description}`,
  noDescription: 'Ein Foto ohne Beschreibung',
  noCaption: 'Noch kein Text',
  hints: {
    only_photo: 'Hier gibt es nur dieses eine Foto.',
    first_photo: 'Hier hast du angefangen.',
  },

  fileName: 'Datei',
  sdCaption: 'Trainingstext',
  sha256: 'SHA-256 des Originals',
  yes: 'ja',
  no: 'nein',

  workbench: {
    tools: 'Werkzeuge für dieses Foto',
    keep: 'Behalten',
    remove: 'Aussortieren',
    publish: 'Veröffentlichen',
    captions: 'Texte',
    close: 'Schließen',
    undo: 'Rückgängig',
    analyze: 'Texte von der KI schreiben lassen',
    noPlatforms: 'Für diese Galerie ist keine Plattform eingerichtet.',
    publishTo: (names) =>
      names.length === 0 ? 'Wähle eine Plattform' : `Veröffentlichen: ${list.format(names)}`,
    publishAgain: 'Noch einmal, wo es nicht ging',
    platforms: {
      telegram: 'Telegram',
      email: 'FetLife',
      instagram: 'Instagram',
      bluesky: 'Bluesky',
      mastodon: 'Mastodon',
    },
    platformNamed: (name) => {
      const names: Readonly<Record<string, string>> = de.workbench.platforms
      return names[name] ?? name
    },
    captionFor: (platform) => `Text für ${platform}`,
    captionPlaceholder: 'Ein paar Worte, oder keine',
    count: (length, limit) => `${length} / ${limit}`,
    willBeSent: 'So geht es hinaus:',
    nothing: '(ohne Text)',
    sent: 'Veröffentlicht.',
    alreadyThere: 'War schon veröffentlicht; nichts wurde zweimal gesendet.',
    failed: 'Nicht veröffentlicht.',
    look: 'Ansehen',
    force: 'Ich habe nachgesehen: noch einmal veröffentlichen',
    working: 'In Arbeit',
    stages: {
      asking: () => 'Der Server wird gefragt',
      reading: () => 'Das Foto wird gelesen',
      looking: () => 'Die KI sieht es sich an',
      writing_captions: () => 'Die KI schreibt',
      saving: () => 'Die Texte werden gespeichert',
      preparing: () => 'Das Foto wird vorbereitet',
      sending: (platform) => `Geht an ${platform}`,
      sent: (platform) => `${platform} hat es`,
      skipped: (platform) => `${platform} wurde ausgelassen`,
      failed: (platform) => `${platform} hat es nicht genommen`,
      archiving: () => 'Kommt ins Archiv',
    },
    deleteForGood: 'Endgültig löschen',
    deleteQuestion: 'Dieses Foto und seine Texte löschen? Niemand kann sie zurückholen.',
    deleteYes: 'Löschen',
    deleteNo: 'Behalten',
    problems: {
      answer_lost: {
        title: 'Die Antwort ging verloren',
        advice:
          'Der Server arbeitet trotzdem weiter. Versuche es gleich noch einmal: Nichts wird zweimal veröffentlicht.',
      },
      not_signed_in: { title: 'Du bist abgemeldet' },
    },
    toasts: {
      kept: 'Behalten.',
      removed: 'Aussortiert.',
      deleted: 'Gelöscht.',
      restored: 'Wieder da, wo es war.',
      archived: 'Veröffentlicht und ins Archiv gelegt.',
      failed: 'Das ging nicht. Nichts wurde geändert.',
    },
  },

  upload: {
    choose: 'Fotos hochladen',
    dropHere: 'Fotos hier ablegen, um sie hochzuladen',
    tray: 'Hochgeladene Fotos',
    progress: (done, all) => `${done} von ${all} hochgeladen`,
    finished: (done, failed) =>
      failed === 0 ? `${done} hochgeladen` : `${done} hochgeladen, ${failed} nicht`,
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
      wait: 'Der Server ist beschäftigt. Es geht von selbst weiter.',
    },
    done: 'Hochgeladen',
    renamed: (name) => `Unter diesem Namen hochgeladen, denn ${name} war nicht frei oder passte nicht`,
    sent: (percent) => `${percent} %`,
    states: {
      waiting: 'Wartet',
      storing: 'Wird gespeichert',
      failed: 'Nicht hochgeladen',
      cancelled: 'Abgebrochen',
      lost: 'Die Antwort ging verloren: Sieh nach, ob es da ist, bevor du es noch einmal versuchst',
    },
    faults: {
      notPhoto: () => 'Kein Foto: JPEG, PNG und WebP werden genommen',
      notPhotoYet: () => 'HEIC und AVIF werden nicht genommen: erst als JPEG speichern',
      empty: () => 'Die Datei ist leer',
      tooLarge: (megabytes) => `Zu groß: Ein Foto darf höchstens ${megabytes} MB haben`,
      unreadable: () => 'Die Datei kann nicht gelesen werden',
    },
  },

  zoom: {
    closer: 'Vergrößern',
    further: 'Verkleinern',
    whole: 'Das ganze Foto zeigen',
    size: (percent) => `Auf ${percent} % vergrößert`,
  },

  tryAgain: 'Noch einmal versuchen',
  anotherPhoto: 'Ein anderes Foto zeigen',
  retriesIn: (time) => `Versucht es von selbst wieder in ${time}`,
  retrying: 'Neuer Versuch',
  requestId: (id) => `Anfrage ${id}`,

  problems: {
    empty: {
      title: 'Noch keine Fotos',
      advice: 'Fotos, die in diese Galerie kommen, erscheinen hier.',
    },
    missing: {
      title: 'Dieses Foto ist nicht hier',
      advice: 'Es wurde verschoben oder entfernt, oder der Link stimmt nicht ganz.',
    },
    private: {
      title: 'Diese Galerie ist privat',
      advice: 'Zurzeit kann nur ihre Fotografin oder ihr Fotograf sie ansehen.',
    },
    notAdmin: {
      title: 'Das ist nicht deine Galerie',
      advice:
        'Das kann nur, wer diese Galerie verwaltet. Melde dich ab, um als jemand anderes wiederzukommen.',
    },
    unreadable: {
      title: 'Dieses Foto lässt sich nicht zeigen',
      advice: 'Die Datei ist wohl beschädigt oder zu groß. Das nächste Foto ist nur einen Tipp entfernt.',
    },
    slowDown: {
      title: 'Einen Moment, bitte',
      advice: 'Das war mehr, als diese Galerie auf einmal beantworten kann.',
    },
    unavailable: {
      title: 'Gerade nicht erreichbar',
      advice: 'Die Galerie kommt nicht an ihre Fotos. Meist geht das von selbst vorbei.',
    },
    setup: {
      title: 'Hier ist etwas nicht richtig eingerichtet',
      advice: 'Warten hilft nicht: Die Einstellungen dieser Galerie müssen berichtigt werden.',
    },
    offline: {
      title: 'Du bist offline',
      advice: 'Die Galerie macht von selbst weiter, sobald die Verbindung wieder da ist.',
    },
    unreachable: {
      title: 'Die Galerie antwortet nicht',
      advice:
        'Die Verbindung ist vielleicht schwach. Fotos, die du schon gesehen hast, sind einen Schritt zurück.',
    },
    failed: {
      title: 'Etwas ist schiefgegangen',
      advice:
        'Versuche es noch einmal. Bleibt es so, dann nenne der Fotografin oder dem Fotografen die Anfrage unten.',
    },
  },
}
