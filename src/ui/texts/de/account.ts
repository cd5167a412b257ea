/** German texts about signing in and out, and about the account. */
import type { AccountTexts } from '../en/account.ts'

export const accountTexts: AccountTexts = {
  signIn: 'Anmelden',
  signInAgain: 'Neu anmelden',
  signOut: 'Abmelden',
  signOutEverywhere: 'Überall abmelden',
  signOutEverywhereAdvice: 'Beendet deine Sitzungen auf allen Geräten.',
  signedOut: {
    everywhere: 'Du bist auf allen Geräten abgemeldet. Auf anderen Geräten kann es eine Minute dauern.',
    soon: 'Du bist hier abgemeldet. Deine anderen Geräte folgen; prüfe sie in ein paar Minuten.',
  },
  closeMessage: 'Nachricht schließen',
  settings: 'Einstellungen',
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
}
