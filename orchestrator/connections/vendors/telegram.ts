/** Connects Telegram bots by their token, and finds their channel (core.telegram.org/bots/api). */
import { z } from 'zod'
import { usableCredentials } from '../usable-credentials.ts'
import type { Checked, Connected, Vendor, VendorTools } from '../vendor.ts'
import type { VendorSettings } from '../vendor-settings.ts'
import { askTelegram, type TelegramAsk } from './telegram/call.ts'
import { type Channel, channelOf, findChannels, mayPost, type Named } from './telegram/channels.ts'

const hourMs = 3_600_000

const valuesSchema = z.object({
  bot_token: z
    .string()
    .trim()
    // Telegram decides. The token becomes a part of an address, so no other characters pass.
    .regex(/^[\w:-]{1,200}$/, 'must be the token that @BotFather sent, such as 123456:ABC...')
    .meta({ description: 'Token of the bot, from @BotFather.', examples: ['123456:bot-token'] }),
  channel: z
    .string()
    .trim()
    .max(200)
    .transform(nameOf)
    .optional()
    .meta({
      description: 'Public channel. Found without a name if the bot was added.',
      examples: ['@alice'],
    }),
})

const storedSchema = z.object({ bot_token: z.string().min(1) })
const botSchema = z
  .object({ id: z.number().int(), username: z.string().min(1).max(100).optional().catch(undefined) })
  // Every bot of Telegram has a name. Other servers of the Bot API may leave it out.
  .transform(({ id, username }) => ({ id, username: username ?? String(id) }))

/** Creates the vendor. */
export function createTelegramVendor(settings: VendorSettings, tools: VendorTools): Vendor {
  const base = settings.TELEGRAM_API_BASE_URL ?? 'https://api.telegram.org'

  return {
    provider: 'telegram',
    use: 'channel',
    checkEveryMs: hourMs,
    pasted: {
      values: valuesSchema,
      completes: ['bot_token'],
      async accept(values): Promise<Connected> {
        const { bot_token, channel } = valuesSchema.parse(values)
        const ask = askTelegram(tools.fetch, base, bot_token)
        const bot = await ask('getMe', {}, botSchema, 'invalid')
        const connected = {
          credentials: { provider: 'telegram', bot_token },
          account: `@${bot.username}`,
          accountId: String(bot.id),
          expiresAt: null,
        }
        return { ...connected, ...(await channelFor(ask, bot, channel)) }
      },
    },

    async check(credentials): Promise<Checked> {
      const { bot_token } = usableCredentials(storedSchema, credentials)
      await askTelegram(tools.fetch, base, bot_token)('getMe', {}, botSchema, 'revoked')
      return {}
    },
  }
}

type Bot = z.output<typeof botSchema>

/** Returns the settings of the channel that was named or found, with a hint about missing steps. */
async function channelFor(
  ask: TelegramAsk,
  bot: Bot,
  named: Named | undefined,
): Promise<Pick<Connected, 'settings' | 'found' | 'hint'>> {
  if (named !== undefined) {
    const channel = await channelOf(ask, named)
    return { settings: { channel_id: channel.id }, hint: await rightsHint(ask, bot, channel) }
  }
  const search = await findChannels(ask)
  for (const channel of search.channels) {
    const hint = await rightsHint(ask, bot, channel)
    if (hint === undefined) return { settings: {}, found: { channel_id: channel.id } }
  }
  const [first] = search.channels
  if (first) return { settings: {}, found: { channel_id: first.id }, hint: missingRight(bot, first) }
  const steps = `Add the bot to your channel (${addLink(bot)}), post anything there, then look again.`
  return { settings: {}, hint: search.hint === undefined ? steps : `${search.hint} ${steps}` }
}

async function rightsHint(ask: TelegramAsk, bot: Bot, channel: Channel): Promise<string | undefined> {
  return (await mayPost(ask, bot.id, channel)) ? undefined : missingRight(bot, channel)
}

function missingRight(bot: Bot, { title }: Channel): string {
  return `@${bot.username} may not post to "${title}". Make it an administrator who may post messages: ${addLink(bot)}`
}

/** Returns the link that adds the bot to a channel and asks for its rights (core.telegram.org/api/links). */
function addLink({ username }: Bot): string {
  return `https://t.me/${username}?startchannel&admin=post_messages+edit_messages+delete_messages`
}

/** Reads a channel's name in the forms in which people copy it. An empty text is no name. */
function nameOf(text: string): Named | undefined {
  if (text === '') return undefined
  const name = text.replace(/^(https?:\/\/)?(t|telegram)\.me\//i, '').replace(/^@/, '')
  if (/^-?\d{5,20}$/.test(name)) return Number(name)
  return `@${name.slice(0, 100)}`
}
