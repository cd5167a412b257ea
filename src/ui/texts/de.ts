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
    analyzeAgain: 'Neue Texte von der KI',
    takeBack: 'Meine Worte zurückholen',
    replaced: 'Die KI hat deine Worte überschrieben.',
    keptByPerson: 'Deine gespeicherten Worte bleiben, bis du diese speicherst.',
    noPlatforms: 'Für diese Galerie ist keine Plattform eingerichtet.',
    review:
      'Diese Galerie wird geprüft: Texte lassen sich schreiben und speichern, veröffentlicht wird nichts.',
    publishOff:
      'Veröffentlichen ist für diese Galerie abgeschaltet. Texte lassen sich schreiben und speichern.',
    testMode: 'Diese Galerie ist im Testbetrieb: Nichts wurde gesendet, und das Foto bleibt, wo es ist.',
    preview: 'Vorschau',
    previewOf: 'Bevor es hinausgeht',
    results: 'Was daraus wurde',
    backToWriting: 'Zurück zu den Texten',
    publishTo: (names) =>
      names.length === 0 ? 'Wähle eine Plattform' : `Veröffentlichen: ${list.format(names)}`,
    publishAgain: 'Noch einmal, wo es nicht ging',
    choosePlatform: 'Wähle eine Plattform',
    done: 'Fertig',
    save: 'Speichern',
    unsaved: 'Noch nicht gespeichert',
    saved: 'Gespeichert',
    written: 'Neue Texte sind da',
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
    altText: 'Beschreibung für alle, die das Foto nicht sehen',
    altTextPlaceholder: 'Was zu sehen ist, in einem Satz',
    count: (length, limit) => `${length} / ${limit}`,
    hashtags: (count, limit) => `# ${count} / ${limit}`,
    countLong: (length, limit, tags, tagLimit) =>
      `${length} von ${limit} Zeichen, ${tags} von ${tagLimit} Hashtags`,
    tooLong: (over) => `${over} zu lang. Abgeschnitten wird:`,
    willBeSent: 'So geht es hinaus:',
    nothing: '(ohne Text)',
    mailTo: 'Mail an FetLife',
    subject: 'Betreff',
    mailText: 'Text',
    attachment: 'Anhang',
    sent: 'Veröffentlicht.',
    alreadyThere: 'War schon veröffentlicht; nichts wurde zweimal gesendet.',
    inProgress: 'Es wird in diesem Moment veröffentlicht, von einem anderen Versuch.',
    willSkip: 'Es ist schon dort und wird nicht noch einmal gesendet.',
    failed: 'Nicht veröffentlicht.',
    look: 'Ansehen',
    unknown: (platform) =>
      `Niemand weiß, ob es ankam: Die Antwort von ${platform} ging verloren. Sieh zuerst dort nach. Ist das Foto nicht da, dann veröffentliche es noch einmal; ist es da, dann lass es.`,
    force: 'Ich habe nachgesehen: noch einmal veröffentlichen',
    working: 'In Arbeit',
    steps: { reading: 'Foto lesen', looking: 'Ansehen', writing_captions: 'Schreiben', saving: 'Speichern' },
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
    goesOn: 'Du kannst das schließen und andere Fotos ansehen: Es geht weiter.',
    deleteForGood: 'Endgültig löschen',
    deleteQuestion: 'Dieses Foto und seine Texte löschen? Niemand kann sie zurückholen.',
    deleteYes: 'Löschen',
    deleteNo: 'Behalten',
    show: 'Zeigen',
    lookAgain: 'Noch einmal nachsehen',
    waitFor: (time) => `Wieder möglich in ${time}`,
    swipe: {
      keep: 'Weiter wischen: behalten',
      remove: 'Weiter wischen: aussortieren',
      keepNow: 'Loslassen: behalten',
      removeNow: 'Loslassen: aussortieren',
    },
    problems: {
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
        advice: 'Deine Worte bleiben auf diesem Gerät. Melde dich an, dann bist du wieder genau hier.',
      },
      not_admin: {
        title: 'Du verwaltest diese Galerie nicht mehr',
        advice:
          'Nichts wurde geändert. Melde dich ab, um als jemand anderes wiederzukommen; was nicht gespeichert ist, geht dabei verloren.',
      },
      feature_disabled: {
        title: 'Das ist abgeschaltet',
        advice: 'Es wurde für diese Galerie abgeschaltet. Lade die Seite neu, um zu sehen, was geht.',
      },
      cross_origin: {
        title: 'Nicht angenommen',
        advice: 'Lade die Seite neu und wiederhole es dort. Deine Worte bleiben.',
      },
      photo_not_found: {
        title: 'Das Foto ist nicht mehr hier',
        advice: 'Jemand hat es inzwischen verschoben oder gelöscht. Schließe das und nimm ein anderes.',
      },
      sidecar_changed: {
        title: 'Jemand anderes schrieb zur selben Zeit',
        advice: 'Nichts wurde überschrieben. Versuche es noch einmal.',
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
        title: 'Die KI sprach wirr',
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
        advice: 'Deine Worte bleiben auf diesem Gerät. Versuche es gleich noch einmal.',
      },
      config_unavailable: {
        title: 'Die Galerie ist nicht ganz erreichbar',
        advice:
          'Ihre Einstellungen lassen sich nicht lesen, darum wird nichts geändert. Deine Worte bleiben auf diesem Gerät.',
      },
      offline: {
        title: 'Du bist offline',
        advice:
          'Deine Worte bleiben auf diesem Gerät. Versuche es noch einmal, wenn die Verbindung wieder da ist.',
      },
      unreachable: {
        title: 'Keine Antwort',
        advice: 'Die Verbindung ist vielleicht schwach. Deine Worte bleiben auf diesem Gerät.',
      },
      slowDown: {
        title: 'Zu viel auf einmal',
        advice: 'Deine Worte bleiben. Versuche es nach der Pause noch einmal.',
      },
      unavailable: {
        title: 'Gerade nicht erreichbar',
        advice: 'Deine Worte bleiben auf diesem Gerät. Versuche es gleich noch einmal.',
      },
      missing: { title: 'Das Foto ist nicht mehr hier', advice: 'Schließe das und nimm ein anderes.' },
      failed: {
        title: 'Das ging nicht',
        advice: 'Deine Worte bleiben auf diesem Gerät. Versuche es noch einmal.',
      },
    },
    toasts: {
      kept: 'Behalten.',
      removed: 'Aussortiert.',
      deleted: 'Gelöscht.',
      restored: 'Wieder da, wo es war.',
      archived: 'Veröffentlicht und ins Archiv gelegt.',
      published: 'Veröffentlicht.',
      written: 'Neue Texte sind da.',
      testMode: 'Diese Galerie ist im Testbetrieb: Nichts wurde bewegt.',
      notKept: 'Es wurde nicht behalten und ist wieder da.',
      notRemoved: 'Es wurde nicht aussortiert und ist wieder da.',
      notRestored: 'Es ist noch nicht wieder da.',
      failed: 'Das ging nicht. Nichts wurde geändert.',
    },
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
