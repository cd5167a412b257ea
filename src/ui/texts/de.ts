/** Every word of the web app, in German. */
import type { Texts } from './en.ts'
import { formatsOf } from './formats.ts'

const formats = formatsOf('de')

export const de: Texts = {
  next: 'Weiter',
  back: 'Zurück',
  details: 'Details',
  closeDetails: 'Details schließen',
  original: 'Original öffnen',
  fullSize: 'In voller Größe öffnen',
  opensInNewTab: 'öffnet einen neuen Tab',
  toLight: 'Helle Farben',
  toDark: 'Dunkle Farben',

  signIn: 'Anmelden',
  signInAgain: 'Neu anmelden',
  signOut: 'Abmelden',
  signOutEverywhere: 'Überall abmelden',
  signOutEverywhereAdvice: 'Beendet deine Sitzungen auf allen Geräten.',
  signedOut: {
    everywhere: 'Du bist auf allen Geräten abgemeldet. Bis es dort ankommt, kann es eine Minute dauern.',
    soon: 'Du bist hier abgemeldet. Deine anderen Geräte folgen, sobald der Server sie erreicht; sieh in ein paar Minuten noch einmal nach.',
  },
  closeMessage: 'Nachricht schließen',
  signedInAs: 'Angemeldet als',
  account: (email) => `Konto: ${email}`,
  aiNotices: 'Hinweise zur KI',
  aiNotice: ({ model, text, shutdown_date, recommended_replacement }) =>
    [
      model === null ? 'KI:' : model === 'vision' ? 'KI für Bildbeschreibungen:' : 'KI für Bildtexte:',
      text ?? 'Das Modell wird eingestellt.',
      shutdown_date && `Ende: ${shutdown_date}.`,
      recommended_replacement && `Ersatz: ${recommended_replacement}.`,
    ]
      .filter(Boolean)
      .join(' '),
  notAdmin: 'Du verwaltest diese Galerie nicht.',
  toolsLost: {
    title: 'Die Werkzeuge wurden nicht geladen.',
    reload: 'Seite neu laden',
  },

  loading: 'Ein Foto wird geladen',
  loadingNext: 'Das nächste Foto wird geladen',
  photo: (description) => `Foto: ${description}`,
  noDescription: 'Ein Foto ohne Beschreibung',
  noCaption: 'Noch kein Text',
  hints: {
    only_photo: 'Hier gibt es nur dieses eine Foto.',
    first_photo: 'Hier hast du angefangen.',
    first_in_order: 'Das ist das erste Foto.',
    last_in_order: 'Das ist das letzte Foto.',
  },

  skip: 'Zum Foto springen',
  grid: {
    title: 'Alle Fotos',
    open: 'Alle Fotos',
    close: 'Ein Foto nach dem anderen',
    skip: 'Zu den Fotos springen',
    loading: 'Die Fotos werden geladen',
    onItsWay: 'Foto wird geladen',
    tile: (name, place, count) => `${name}, ${place} von ${count}`,
    place: (place, count) => `${place} / ${count}`,
    count: (count) => `${formats.number(count)} ${count === 1 ? 'Foto' : 'Fotos'}`,
    search: 'Nach Namen suchen',
    showAll: 'Alle Fotos zeigen',
    select: 'Auswählen',
    sort: 'Reihenfolge',
    sorts: { name: 'Nach Namen', newest: 'Neueste zuerst', largest: 'Größte zuerst' },
    folders: 'Ordner',
    folder: { root: 'Eingang', keep: 'Behalten', archive: 'Archiv', remove: 'Aussortiert' },
  },
  selection: {
    tools: 'Aktionen für ausgewählte Fotos',
    result: 'Ergebnis',
    select: (name) => `${name} auswählen`,
    selected: (count) => `${formats.number(count)} ausgewählt`,
    selecting: 'Wird ausgewählt …',
    tapToSelect: 'Tippe Fotos an, um sie auszuwählen.',
    all: 'Alle auswählen',
    clear: 'Auswahl aufheben',
    actions: {
      keep: 'Behalten',
      remove: 'Aussortieren',
      restore: 'Zurück in den Eingang',
      delete: 'Löschen',
    },
    working: 'In Arbeit',
    progress: (done, total) => `${done} von ${total}`,
    done: {
      keep: (count) => `${count} behalten.`,
      remove: (count) => `${count} aussortiert.`,
      restore: (count) => `${count} zurück im Eingang.`,
      delete: (count) => `${count} gelöscht.`,
    },
    undone: (count) => (count === 1 ? '1 wieder da, wo es war.' : `${count} wieder da, wo sie waren.`),
    trial: 'Testbetrieb: Nichts wurde verschoben.',
    failed: (count) => `${count} fehlgeschlagen:`,
    stop: 'Anhalten',
    undo: 'Rückgängig',
    close: 'Schließen',
    deleteTitle: (count) => (count === 1 ? 'Dieses Foto löschen?' : `${count} Fotos löschen?`),
    deleteAdvice: 'Auch die Texte werden gelöscht. Das lässt sich nicht rückgängig machen.',
    deleteYes: (count) => (count === 1 ? 'Löschen' : `${count} Fotos löschen`),
    deleteNo: 'Abbrechen',
  },
  gestures: {
    hints: {
      photo: 'Wische das Foto nach oben, um es zu behalten, nach unten, um es auszusortieren.',
      grid: 'Halte ein Foto gedrückt, um es auszuwählen.',
    },
    close: 'Verstanden',
  },
  shortcuts: {
    title: 'Tastenkürzel',
    close: 'Tastenkürzel schließen',
    letters: 'Buchstabentasten als Kürzel verwenden',
    scopes: {
      everywhere: 'Überall',
      photo: 'Ein Foto',
      grid: 'Alle Fotos',
      selection: 'Auswählen',
      tools: 'Kuratieren',
    },
    actions: {
      help: 'Diese Übersicht zeigen',
      toggleGrid: 'Alle Fotos oder eines',
      zoomPan: 'Vergrößertes Foto verschieben',
      zoom: 'Vergrößern und wieder ganz zeigen',
      zoomIn: 'Näher heran',
      zoomOut: 'Weiter weg',
      zoomWhole: 'Wieder das ganze Foto',
      next: 'Nächstes Foto',
      previous: 'Zurück',
      details: 'Details',
      close: 'Details schließen oder zurück zu allen Fotos',
      gridMove: 'Zum Foto daneben',
      gridPage: 'Eine Seite hinauf oder hinunter',
      gridEnd: 'Zum ersten oder letzten Foto',
      openPhoto: 'Foto öffnen',
      search: 'Suchen',
      select: 'Foto auswählen oder nicht',
      extendSelection: 'Bis hierher auswählen',
      selectAll: 'Alle auswählen',
      clearSelection: 'Auswahl aufheben',
      keep: 'Behalten',
      remove: 'Aussortieren',
      publish: 'Texte und Veröffentlichen',
      undo: 'Letzte Aktion rückgängig machen',
    },
    keys: {
      ' ': 'Leertaste',
      escape: 'Esc',
      enter: 'Eingabe',
      shift: 'Umschalt',
      ctrl: 'Strg',
      home: 'Pos 1',
      end: 'Ende',
      pageup: 'Bild ↑',
      pagedown: 'Bild ↓',
      arrowleft: '←',
      arrowright: '→',
      arrowup: '↑',
      arrowdown: '↓',
    },
  },

  facts: {
    description: 'Beschreibung',
    taken: 'Aufgenommen',
    time: (time) => formats.time(time),
    size: 'Größe',
    pixels: (width, height) => `${formats.number(width)} × ${formats.number(height)} Pixel`,
    credit: 'Foto von',
    tags: 'Schlagwörter',
    trainingCaption: 'Trainings-Prompt',
    fileName: 'Datei',
  },

  workbench: {
    tools: 'Werkzeuge für dieses Foto',
    keep: 'Behalten',
    remove: 'Aussortieren',
    publish: 'Veröffentlichen',
    captions: 'Texte',
    messages: 'Meldungen',
    close: 'Schließen',
    undo: 'Rückgängig',
    moveBack: 'Zurück in den Eingang',
    retry: 'Erneut versuchen',
    analyze: 'Texte von der KI schreiben lassen',
    analyzeAgain: 'Neue Texte von der KI',
    takeBack: 'Meine Worte zurückholen',
    replaced: 'Die KI hat deine Worte überschrieben.',
    keptByPerson: 'Deine gespeicherten Worte bleiben, bis du diese speicherst.',
    loadingPlatforms: 'Die Plattformen werden geladen',
    noPlatforms: 'Für diese Galerie ist keine Plattform eingerichtet.',
    review:
      'Diese Galerie ist im Prüfmodus: Texte lassen sich schreiben und speichern, veröffentlicht wird nichts.',
    publishOff:
      'Veröffentlichen ist für diese Galerie abgeschaltet. Texte lassen sich schreiben und speichern.',
    testMode: 'Testbetrieb: Nichts wurde gesendet, und das Foto bleibt, wo es ist.',
    preview: 'Vorschau',
    previewOf: 'Vorschau',
    results: 'Ergebnis',
    backToWriting: 'Texte bearbeiten',
    publishTo: (names) =>
      names.length === 0 ? 'Wähle eine Plattform' : `Veröffentlichen: ${formats.list(names)}`,
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
    altText: 'Alternativtext (beschreibt das Foto für Screenreader)',
    altTextPlaceholder: 'Was das Foto zeigt, in einem Satz',
    count: (length, limit) => `${length} / ${limit}`,
    hashtags: (count, limit) => `# ${count} / ${limit}`,
    countLong: (length, limit, tags, tagLimit) =>
      `${length} von ${limit} Zeichen, ${tags} von ${tagLimit} Hashtags`,
    cleared: 'Wird ohne Text veröffentlicht.',
    tooLong: (over) => `${over} Zeichen zu lang. Abgeschnitten wird:`,
    willBeSent: 'Gesendet wird:',
    nothing: '(ohne Text)',
    mailTo: 'Mail an FetLife',
    subject: 'Betreff',
    mailText: 'Text',
    attachment: 'Anhang',
    inArchive: 'Das Foto ist im Archiv. Du kannst es hier erneut versuchen, oder später vom Archiv aus.',
    publications: 'Stand der Veröffentlichung',
    moment: (time) => formats.moment(time),
    published: (platform, when) => `Auf ${platform} veröffentlicht${when && `: ${when}`}`,
    alreadyThere: (platform, when) => (when ? `Seit ${when} auf ${platform}` : `Schon auf ${platform}`),
    nothingSent: 'Nichts wurde gesendet.',
    inProgress: (platform) => `Wird gerade auf ${platform} veröffentlicht`,
    failed: (platform) => `${platform} ist fehlgeschlagen`,
    viewPost: 'Beitrag ansehen',
    unknown: (platform) =>
      `Wir wissen nicht, ob es bei ${platform} ankam: Die Verbindung brach ab. Sieh zuerst ${platform === 'Telegram' ? 'in deinem Kanal' : `auf ${platform}`} nach.`,
    force: 'Nachgesehen, es fehlt: noch einmal veröffentlichen',
    wouldSkip: 'Dort ist es schon veröffentlicht. Es wird nichts gesendet.',
    wouldSkipAll: 'Es ist schon auf allen Plattformen veröffentlicht. Es wird nichts gesendet.',
    headline: ({ sent, already, failed, unknown, underWay }) =>
      [
        sent.length > 0 && `Auf ${formats.list(sent)} veröffentlicht.`,
        already.length > 0 && `Schon auf ${formats.list(already)}.`,
        failed.length > 0 &&
          `${formats.list(failed)} ${failed.length === 1 ? 'ist' : 'sind'} fehlgeschlagen.`,
        unknown.length > 0 && `Wir wissen nicht, ob es bei ${formats.list(unknown)} ankam.`,
        underWay.length > 0 && `Wird noch auf ${formats.list(underWay)} veröffentlicht.`,
      ]
        .filter(Boolean)
        .join(' '),
    working: 'In Arbeit',
    steps: { reading: 'Foto lesen', looking: 'Ansehen', writing_captions: 'Schreiben', saving: 'Speichern' },
    stages: {
      asking: () => 'Verbindung zum Server',
      reading: () => 'Das Foto wird gelesen',
      looking: () => 'Die KI sieht sich das Foto an',
      writing_captions: () => 'Die KI schreibt',
      saving: () => 'Die Texte werden gespeichert',
      preparing: () => 'Das Foto wird vorbereitet',
      sending: (platform) => `Wird an ${platform} gesendet`,
      sent: (platform) => `An ${platform} gesendet`,
      skipped: (platform) => `Nichts an ${platform} gesendet`,
      failed: (platform) => `${platform} ist fehlgeschlagen`,
      archiving: () => 'Wird ins Archiv verschoben',
    },
    goesOn: 'Du kannst das schließen und andere Fotos ansehen; die Arbeit läuft weiter.',
    deleteForGood: 'Endgültig löschen',
    deleteQuestion: 'Dieses Foto und seine Texte löschen? Das lässt sich nicht rückgängig machen.',
    deleteYes: 'Löschen',
    deleteNo: 'Abbrechen',
    show: 'Zeigen',
    lookAgain: 'Erneut nachsehen',
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
          'Nichts wurde geändert. Melde dich ab, um ein anderes Konto zu nutzen; was nicht gespeichert ist, geht dabei verloren.',
      },
      feature_disabled: {
        title: 'Das ist abgeschaltet',
        advice: 'Es wurde für diese Galerie abgeschaltet. Lade die Seite neu, um zu sehen, was geht.',
      },
      cross_origin: {
        title: 'Anfrage abgelehnt',
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
      tooLarge: {
        title: 'Zu viele Worte',
        advice:
          'Mehr als 1 MB nimmt der Server nicht auf einmal. Nichts wurde geändert: Kürze sie und versuche es noch einmal.',
      },
      unavailable: {
        title: 'Gerade nicht erreichbar',
        advice: 'Deine Worte bleiben auf diesem Gerät. Versuche es gleich noch einmal.',
      },
      missing: { title: 'Das Foto ist nicht mehr hier', advice: 'Schließe das und nimm ein anderes.' },
      failed: {
        title: 'Das hat nicht geklappt',
        advice: 'Deine Worte bleiben auf diesem Gerät. Versuche es noch einmal.',
      },
    },
    toasts: {
      kept: 'Behalten.',
      removed: 'Aussortiert.',
      deleted: 'Gelöscht.',
      restored: 'Wieder im Eingang.',
      archived: 'Ins Archiv verschoben.',
      partly: 'Ins Archiv verschoben.',
      published: '',
      notEverywhere: '',
      notArchived: 'Das Foto ließ sich nicht ins Archiv verschieben.',
      written: 'Neue Texte sind da.',
      testMode: 'Testbetrieb: Nichts wurde verschoben.',
      notKept: 'Das Behalten ist fehlgeschlagen. Das Foto ist wieder da.',
      notRemoved: 'Das Aussortieren ist fehlgeschlagen. Das Foto ist wieder da.',
      notRestored: 'Das Zurückholen ist fehlgeschlagen.',
      failed: 'Das hat nicht geklappt. Nichts wurde geändert.',
    },
  },

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
    renamed: (name) => `Umbenannt: ${name} ist vergeben oder nicht erlaubt`,
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
    damaged: 'Beschädigt oder unvollständig: kopiere es noch einmal von der Kamera',
    phoneFormat:
      'Der Server kann das nicht öffnen. Auf dem iPhone: Einstellungen > Kamera > Formate > Maximale Kompatibilität.',
    stalled: 'Seit einer Minute kein Fortschritt. Versuch es noch einmal.',
    tooLarge: (megabytes) => `Zu groß: Ein Foto darf höchstens ${megabytes} MB haben`,
    faults: {
      notPhoto: 'Kein Foto. Nimm JPEG, PNG oder WebP.',
      empty: 'Die Datei ist leer',
      unreadable: 'Die Datei kann nicht gelesen werden',
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
  retriesIn: (time) => `Neuer Versuch in ${time}`,
  retrying: 'Neuer Versuch',
  requestId: (id) => `Anfrage ${id}`,

  problems: {
    empty: {
      title: 'Noch keine Fotos',
      advice: 'Fotos, die in diese Galerie kommen, erscheinen hier.',
    },
    rootMissing: {
      title: 'Den Fotoordner gibt es nicht',
      advice:
        'Lege ihn in deinem Speicher an oder ändere den Pfad. Das erste hochgeladene Foto legt ihn auch an.',
    },
    folderEmpty: {
      title: 'Dieser Ordner ist leer',
      advice: 'Fotos, die hierher kommen, erscheinen hier.',
    },
    nothingFound: {
      title: 'Nichts gefunden',
      advice: 'Kein Foto hier hat so einen Namen.',
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
      advice: 'Die Datei ist wohl beschädigt oder zu groß. Das nächste Foto ist nur einen Tipp entfernt.',
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
      title: 'Hier ist etwas nicht richtig eingerichtet',
      advice: 'Warten hilft nicht: Die Einstellungen dieser Galerie müssen berichtigt werden.',
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
        'Versuche es noch einmal. Bleibt es so, dann nenne der Fotografin oder dem Fotografen die Anfrage unten.',
    },
  },
}
