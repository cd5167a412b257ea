/** German texts for keeping, captioning and publishing a photo. */
import type { WorkbenchTexts } from '../en/workbench.ts'
import { formats } from './formats.ts'
import { workbenchProblems } from './workbench-problems.ts'

const platforms = {
  telegram: 'Telegram',
  email: 'FetLife',
  instagram: 'Instagram',
  bluesky: 'Bluesky',
  mastodon: 'Mastodon',
}

export const workbenchTexts: WorkbenchTexts = {
  toolsLost: {
    title: 'Die Werkzeuge wurden nicht geladen.',
    reload: 'Seite neu laden',
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
    rating: 'Einstufung',
    ratings: { general: 'Harmlos', suggestive: 'Freizügig', nudity: 'Nackt', explicit: 'Explizit' },
    ratedBy: {
      person: 'Von dir eingestuft.',
      ai: 'Von der KI eingestuft.',
      default: 'Noch nicht eingestuft. Das ist die Voreinstellung.',
    },
    notSentTo: (names) => `Wird nicht an ${formats.list(names)} gesendet.`,
    notSent: 'Wird nicht gesendet.',
    effects: {
      spoiler: 'Wird unscharf gesendet.',
      sensitive: 'Wird als heikel gesendet: erst nach Antippen sichtbar.',
      warning: 'Wird hinter einer Inhaltswarnung gesendet.',
    },
    labelled: (label) => `Wird mit der Kennzeichnung „${label}“ gesendet.`,
    retract: 'Zurücknehmen',
    retractQuestion: (platform) =>
      `Den Beitrag von ${platform} zurücknehmen? Likes und Kommentare gehen verloren.`,
    correct: 'Text korrigieren',
    can: {
      retract: (until) => `Lässt sich zurücknehmen${until && `, bis ${until}`}.`,
      correct: (until) => `Der Text lässt sich korrigieren${until && `, bis ${until}`}.`,
    },
    cannot: {
      retract: 'Lässt sich nicht zurücknehmen.',
      correct: 'Der Text lässt sich nicht korrigieren.',
    },
    changed: {
      retract: (platform) => `Von ${platform} zurückgenommen.`,
      correct: (platform) => `Text auf ${platform} korrigiert.`,
    },
    notChanged: {
      retract: 'Der Beitrag ließ sich nicht zurücknehmen.',
      correct: 'Der Text ließ sich nicht korrigieren.',
    },
    retracted: (done, failed) =>
      [
        done.length > 0 && `Von ${formats.list(done)} zurückgenommen.`,
        failed.length > 0 && `Von ${formats.list(failed)} ließ sich der Beitrag nicht zurücknehmen.`,
      ]
        .filter(Boolean)
        .join(' '),
    undoLeaves: (names) => `Auf ${formats.list(names)} bleibt der Beitrag stehen.`,
    isRetracted: (platform, when) =>
      `Von ${platform} zurückgenommen${when && `: ${when}`}. Du kannst dort erneut veröffentlichen.`,
    moveBack: 'Zurück in den Eingang',
    retry: 'Erneut versuchen',
    analyze: 'Texte von der KI schreiben lassen',
    analyzeAgain: 'Neue Texte von der KI',
    takeBack: 'Meine Texte zurückholen',
    replaced: 'Deine Texte wurden ersetzt.',
    shorter: 'Kürzer',
    warmer: 'Wärmer',
    no_hashtags: 'Ohne Hashtags',
    byPhotographer: 'Text aus der Bilddatei.',
    keptByPerson: 'Deine gespeicherten Texte bleiben, bis du diese speicherst.',
    loadingPlatforms: 'Die Plattformen werden geladen',
    noPlatforms: 'Für diese Galerie ist keine Plattform eingerichtet.',
    review:
      'Diese Galerie ist im Prüfmodus: Texte lassen sich schreiben und speichern, veröffentlicht wird nichts.',
    publishOff:
      'Veröffentlichen ist für diese Galerie abgeschaltet. Texte lassen sich schreiben und speichern.',
    testMode: 'Testbetrieb: Nichts wurde gesendet, und das Foto bleibt, wo es ist.',
    preview: 'Vorschau',
    results: 'Ergebnis',
    backToWriting: 'Texte bearbeiten',
    publishTo: (names) =>
      names.length === 0
        ? 'Wähle eine Plattform'
        : `Veröffentlichen: ${names.length > 3 ? `${names.length} Kanäle` : formats.list(names)}`,
    choosePlatform: 'Wähle eine Plattform',
    done: 'Fertig',
    save: 'Speichern',
    unsaved: 'Noch nicht gespeichert',
    saved: 'Gespeichert',
    written: 'Neue Texte sind da',
    platforms,
    captionFor: (platform) => `Text für ${platform}`,
    captionPlaceholder: 'Schreibe einen Text oder lass ihn leer',
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
    force: 'Es ist nicht da: noch einmal veröffentlichen',
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
    steps: { reading: 'Laden', looking: 'Ansehen', writing_captions: 'Schreiben', saving: 'Speichern' },
    stages: {
      asking: () => 'Verbindung zum Server',
      reading: () => 'Das Foto wird geladen',
      looking: () => 'Die KI sieht sich das Foto an',
      writing_captions: () => 'Die KI schreibt die Texte',
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
    checkAgain: 'Erneut nachsehen',
    waitFor: (time) => `Wieder möglich in ${time}`,
    swipe: {
      keep: 'Weiter wischen: behalten',
      remove: 'Weiter wischen: aussortieren',
      keepNow: 'Loslassen: behalten',
      removeNow: 'Loslassen: aussortieren',
    },
    problems: workbenchProblems,
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
      notKept: 'Das Foto konnte nicht behalten werden. Es ist wieder im Eingang.',
      notRemoved: 'Das Foto konnte nicht aussortiert werden. Es ist wieder im Eingang.',
      notRestored: 'Das Foto konnte nicht zurückverschoben werden.',
      retracting: 'Der Beitrag wird zurückgenommen …',
      retracted: '',
      notRetracted: 'Der Beitrag ließ sich nicht zurücknehmen.',
      notRated: 'Die Einstufung ließ sich nicht speichern.',
      failed: 'Das hat nicht geklappt. Nichts wurde geändert.',
    },
  },
}
