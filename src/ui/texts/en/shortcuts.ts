/** Texts of the sheet of keyboard shortcuts, in English. */
import type { Scope, ShortcutName } from '../../keyboard.ts'

export const shortcutsTexts = {
  shortcuts: {
    title: 'Keyboard shortcuts',
    close: 'Close the shortcuts',
    letters: 'Use letter keys as shortcuts',
    scopes: {
      everywhere: 'Everywhere',
      photo: 'One photo',
      grid: 'All photos',
      selection: 'Selecting',
      tools: 'Curating',
    } satisfies Record<Scope, string>,
    actions: {
      help: 'Show this sheet',
      toggleGrid: 'All photos, or one at a time',
      zoomPan: 'Move the photo while it is zoomed',
      zoom: 'Zoom in, and out again',
      zoomIn: 'Closer',
      zoomOut: 'Further away',
      zoomWhole: 'The whole photo again',
      next: 'Next photo',
      previous: 'Back',
      details: 'Details',
      close: 'Close the details, or go back to all photos',
      gridMove: 'Move between photos in the grid',
      gridPage: 'A page up or down',
      gridEnd: 'To the first or the last photo',
      openPhoto: 'Open the photo',
      search: 'Search',
      select: 'Select the photo, or not',
      extendSelection: 'Select up to here',
      selectAll: 'Select all',
      clearSelection: 'Clear selection',
      keep: 'Keep',
      remove: 'Remove',
      publish: 'Captions and publishing',
      undo: 'Undo the last action',
    } satisfies Record<ShortcutName, string>,
    /** Labels of keys other than letters. */
    keys: {
      ' ': 'Space',
      escape: 'Esc',
      enter: 'Enter',
      shift: 'Shift',
      ctrl: 'Ctrl',
      home: 'Home',
      end: 'End',
      pageup: 'Page ↑',
      pagedown: 'Page ↓',
      arrowleft: '←',
      arrowright: '→',
      arrowup: '↑',
      arrowdown: '↓',
    },
  },
}

export type ShortcutsTexts = typeof shortcutsTexts
