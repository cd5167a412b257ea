/** German texts for actions on many photos, and hints at gestures. */
import type { LibraryTexts } from '../en/library.ts'
import { formats } from './formats.ts'

export const libraryTexts: LibraryTexts = {
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
    undone: (count) => (count === 1 ? '1 Foto zurückverschoben.' : `${count} Fotos zurückverschoben.`),
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
}
