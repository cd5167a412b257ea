/** Formats of numbers, lists and times in a language. */
export interface Formats {
  number(value: number): string
  /** Formats a list, such as "a, b and c". */
  list(members: readonly string[]): string
  /** Formats a time in UTC, such as "June 1, 2026 at 6:30 PM". */
  time(time: Date): string
  /** Formats a time in this device's time zone, such as "3 Nov 2026, 14:05". */
  moment(time: Date): string
}

/** Creates the formats of a language. Builds each format on first use, because a build takes milliseconds and would delay the first photo. */
export function formatsOf(language: string): Formats {
  let numbers: Intl.NumberFormat | undefined
  let lists: Intl.ListFormat | undefined
  let times: Intl.DateTimeFormat | undefined
  let moments: Intl.DateTimeFormat | undefined
  return {
    number(value) {
      numbers ??= new Intl.NumberFormat(language)
      return numbers.format(value)
    },
    list(members) {
      lists ??= new Intl.ListFormat(language)
      return lists.format(members)
    },
    time(time) {
      times ??= new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
      return times.format(time)
    },
    moment(time) {
      // Day before month and 24 hours are unambiguous for all English readers.
      const place = language === 'en' ? 'en-GB' : language
      moments ??= new Intl.DateTimeFormat(place, { dateStyle: 'medium', timeStyle: 'short' })
      return moments.format(time)
    },
  }
}
