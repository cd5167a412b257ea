/** English texts of the list of keyboard shortcuts. */
import type { Scope, ShortcutName } from '../../keyboard.ts'

export const shortcutsTexts = {
  shortcuts: {
    title: 'Keyboard shortcuts',
    close: 'Close shortcuts',
    letters: 'Use letter keys as shortcuts',
    scopes: {
      everywhere: 'Everywhere',
      photo: 'One photo',
      grid: 'All photos',
      selection: 'Selection',
      tools: 'Photo actions',
    } satisfies Record<Scope, string>,
    actions: {
      help: 'Show shortcuts',
      toggleGrid: 'Switch between photo and grid',
      zoomPan: 'Move around the zoomed photo',
      zoom: 'Zoom in or back out',
      zoomIn: 'Zoom in',
      zoomOut: 'Zoom out',
      zoomWhole: 'Show the whole photo',
      next: 'Next photo',
      previous: 'Previous photo',
      details: 'Show or hide details',
      close: 'Close details or go back to all photos',
      gridMove: 'Move between photos in the grid',
      gridPage: 'Move a page up or down',
      gridEnd: 'Go to the first or last photo',
      openPhoto: 'Open photo',
      search: 'Search',
      select: 'Select or deselect photo',
      extendSelection: 'Select up to here',
      selectAll: 'Select all',
      clearSelection: 'Clear selection',
      keep: 'Keep',
      remove: 'Remove',
      publish: 'Edit captions and publish',
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
