/** English texts about connected accounts. */
const providerNames: Readonly<Record<string, string>> = {
  dropbox: 'Dropbox',
  gdrive: 'Google Drive',
  s3: 'S3 storage',
  telegram: 'Telegram',
  instagram: 'Instagram',
  bluesky: 'Bluesky',
  mastodon: 'Mastodon',
  smtp: 'Mail server',
  openai: 'OpenAI',
}

const valueNames: Readonly<Record<string, string>> = {
  bot_token: 'Bot token',
  handle: 'Handle',
  identifier: 'Handle',
  app_password: 'App password',
  service: 'Server, if it isn’t Bluesky’s',
  service_url: 'Server',
  pds_url: 'Server',
  instance: 'Your Mastodon server',
  instance_url: 'Your Mastodon server',
  api_key: 'API key',
  base_url: 'Address of the service',
  host: 'Mail server',
  port: 'Port',
  username: 'User name',
  user: 'User name',
  password: 'Password',
  from_email: 'Sender address',
  endpoint_url: 'Endpoint address',
  region: 'Region',
  bucket: 'Bucket',
  access_key_id: 'Access key ID',
  secret_access_key: 'Secret access key',
  channel: 'Public channel, if it isn’t found',
  channel_id: 'Channel',
  use_tls: 'Encryption (true or false)',
  recipient: 'Upload address of FetLife',
  service_account: 'Service account (JSON)',
}

const howTo: Readonly<Record<string, readonly string[]>> = {
  telegram: [
    'Open @BotFather in Telegram, send /newbot, and copy the token.',
    'Add the bot to your channel as an admin who may post messages.',
    'Post anything in the channel, then connect here. The channel is found automatically.',
  ],
  bluesky: [
    'In Bluesky, open Settings, Privacy and security, App passwords. Add an app password and copy it.',
  ],
  mastodon: ['Enter the server of your account, for example mastodon.social.'],
  smtp: ['Your mail provider lists these values under “SMTP” or “outgoing mail”.'],
  openai: ['Create an API key at platform.openai.com under API keys.'],
  s3: ['Create an access key that may list, read, write and delete in this bucket.'],
}

const refusals: Readonly<Record<string, string>> = {
  denied: 'You didn’t allow the connection. Nothing was changed.',
  invalid: 'That didn’t work: the values or the link are no longer valid. Try again.',
  revoked: 'The access was withdrawn. Connect again.',
  wrong_account:
    'That’s a different account than before. Sign in with the same account, or use another account on purpose.',
  missing_permission: 'Some permissions are missing. Connect again and allow everything that’s asked.',
  unsuitable: 'This kind of account can’t be used. Instagram needs a professional account.',
  bad_address: 'There’s no such server at this address.',
  rate_limited: 'Too many attempts. Try again in a few minutes.',
  unavailable: 'The service isn’t responding. Try again in a few minutes.',
  expired: 'This took too long. Connect again.',
}

export const connectionWords = {
  providerName: (provider: string) => providerNames[provider] ?? provider,
  valueName: (name: string, description: string) => valueNames[name] ?? (description || name),
  howTo: (provider: string) => howTo[provider] ?? [],
  refusal: (reason: string) => refusals[reason] ?? 'The connection failed. Try again.',
  connections: {
    intro: 'Accounts that your gallery works with.',
    uses: { storage: 'Storage', channel: 'Channels', mail: 'Mail', ai: 'AI' },
    states: { ok: 'Connected', expiring: 'Expires soon', broken: 'Broken', not_connected: 'Not connected' },
    since: (time: string) => `since ${time}`,
    usedFor: (uses: readonly string[]) => `Used for ${uses.join(', ')}`,
    useNames: { storage: 'your photos', channel: 'publishing', mail: 'mail', ai: 'captions' },
    connect: (provider: string) => `Connect ${provider}`,
    submit: 'Connect',
    connectAgain: 'Connect again',
    otherAccount: 'Use another account',
    appPassword: 'Use an app password instead',
    pasteInstead: 'Enter values instead',
    disconnect: 'Disconnect',
    disconnectQuestion: (provider: string) =>
      `Disconnect ${provider}? The gallery can’t use it until you connect again.`,
    lookAgain: 'Look again',
    howTo: 'How to',
    leaving: 'Opening the sign-in page…',
    checking: 'Checking…',
    connected: (provider: string) => `${provider} is connected.`,
    disconnected: (provider: string) => `${provider} is disconnected.`,
    serviceSays: (provider: string) => `${provider} says:`,
    optional: 'optional',
    empty: 'Your operator hasn’t set up any connections yet.',
  },
}

export type ConnectionWords = typeof connectionWords
