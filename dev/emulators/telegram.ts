/**
 * Emulates the Telegram Bot API on this machine (`TELEGRAM_API_BASE_URL`): bots with the chats that they may post to, real limits
 * and errors, and injected faults. A page shows the posts.
 */
import { pause } from '../../src/base/time.ts'
import { ConnectionBroken, spoiled } from './dropbox/faults.ts'
import { type EmulatorServer, listenOnLoopback } from './dropbox/server.ts'
import { Refusal, refused, succeeded } from './telegram/answers.ts'
import { deleteMessage, editMessageCaption } from './telegram/change-post.ts'
import {
  botIdOf,
  describeBot,
  describeChat,
  describeMember,
  describeUpdates,
  type TelegramBot,
  type TelegramPost,
  type TelegramState,
} from './telegram/chats.ts'
import type { TelegramCall, TelegramFaultRule } from './telegram/faults.ts'
import { channelPage, photoPath } from './telegram/page.ts'
import { chatOf, sendPhoto } from './telegram/send-photo.ts'

export interface TelegramEmulatorOptions {
  /** Bots, with the chats that each may post to. */
  bots: readonly TelegramBot[]
  /** Port on 127.0.0.1. 0, the default, means any free port. */
  port?: number
  /** Delay of each answer. Default: 0 ms. */
  delayMs?: number
  /** Clock in milliseconds. Default: `Date.now`. */
  now?: () => number
}

export interface TelegramEmulator extends EmulatorServer {
  /** Posts so far with those that were deleted, oldest first. A long-running emulator keeps the last five hundred. */
  readonly posts: readonly TelegramPost[]
  /** Calls so far, oldest first; the last ten thousand. */
  readonly calls: readonly TelegramCall[]
  addBot(bot: TelegramBot): void
  /** Refuses the token from now on. */
  revoke(token: string): void
  /**
   * Changes a group's identifier, as an upgrade to a supergroup does. Calls with the old identifier then fail and name the new identifier.
   */
  upgradeGroup(from: number, to: number): void
  /** Applies the rule to all further requests. Returns a function that removes the rule. */
  interfere(rule: TelegramFaultRule): () => void
}

const maxCallsKept = 10_000
const maxPostsKept = 500

/** Starts an emulator that runs until closed. */
export async function startTelegramEmulator(options: TelegramEmulatorOptions): Promise<TelegramEmulator> {
  const { port = 0, delayMs = 0, now = Date.now } = options
  const state: TelegramState = { bots: [...options.bots], posts: [], moved: new Map(), newest: new Map() }
  const calls: TelegramCall[] = []
  const rules = new Set<TelegramFaultRule>()

  async function fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(pathname) ?? []
    if (token === undefined || method === undefined) return forPeople(state, request.method, pathname)

    const call: TelegramCall = {
      method: method.toLowerCase(),
      bot: botIdOf(decodeURIComponent(token)),
      chatId: undefined,
      at: now(),
      status: undefined,
    }
    keepLast(calls, call, maxCallsKept)
    // Every rule sees every call, so that each can count.
    const [fault] = [...rules].map((rule) => rule(call)).filter((found) => found !== undefined)
    if (fault?.kind === 'reset') throw new ConnectionBroken()
    const form = await parametersOf(request)
    const chatId = form.get('chat_id')
    call.chatId = typeof chatId === 'string' ? chatId : undefined
    const response = await spoiled(fault, async () => {
      if (delayMs > 0) await pause(delayMs)
      return answer(state, token, call.method, form, now())
    })
    call.status = response.status
    return response
  }

  const server = await listenOnLoopback(fetch, port)
  return {
    ...server,
    posts: state.posts,
    calls,
    addBot: (bot) => void state.bots.push(bot),
    revoke(token) {
      const index = state.bots.findIndex((bot) => bot.token === token)
      if (index >= 0) state.bots.splice(index, 1)
    },
    upgradeGroup(from, to) {
      state.moved.set(from, to)
      const become = state.bots.map(({ token, chats }) => ({
        token,
        chats: chats.map((chat) =>
          chat.id === from ? { ...chat, id: to, type: 'supergroup' as const } : chat,
        ),
      }))
      state.bots.splice(0, state.bots.length, ...become)
    },
    interfere(rule) {
      rules.add(rule)
      return () => void rules.delete(rule)
    },
  }
}

async function answer(
  state: TelegramState,
  token: string,
  method: string,
  form: FormData,
  at: number,
): Promise<Response> {
  try {
    return succeeded(await run())
  } catch (error) {
    if (error instanceof Refusal) return refused(error)
    throw error
  }

  async function run() {
    if (!/^\d+:[\w-]+$/.test(token)) throw new Refusal(404, 'Not Found')
    const bot = state.bots.find((known) => known.token === token)
    if (!bot) throw new Refusal(401, 'Unauthorized')
    switch (method) {
      case 'getme':
        return describeBot(bot)
      case 'getchat':
        return describeChat(chatOf(state, bot, String(form.get('chat_id') ?? '')))
      case 'getchatmember': {
        const chat = chatOf(state, bot, String(form.get('chat_id') ?? ''))
        if (form.get('user_id') !== botIdOf(token)) throw new Refusal(400, 'Bad Request: user not found')
        return describeMember(bot, chat)
      }
      case 'getupdates':
        return describeUpdates(bot, at)
      case 'sendphoto': {
        const message = await sendPhoto(state, bot, form, at)
        if (state.posts.length > maxPostsKept) state.posts.shift()
        return message
      }
      case 'editmessagecaption':
        return editMessageCaption(state, bot, form, at)
      case 'deletemessage':
        return deleteMessage(state, bot, form, at)
      default:
        throw new Refusal(404, 'Not Found')
    }
  }
}

/** Reads the parameters: from the query, a form, or JSON. Files come only by multipart. */
async function parametersOf(request: Request): Promise<FormData> {
  const type = request.headers.get('content-type') ?? ''
  const inBody = /^(multipart\/form-data|application\/x-www-form-urlencoded)/.test(type)
  const form = inBody ? await request.formData().catch(() => new FormData()) : new FormData()
  for (const [name, value] of new URL(request.url).searchParams) form.append(name, value)
  if (type.startsWith('application/json')) {
    const members: unknown = await request.json().catch(() => ({}))
    for (const [name, value] of Object.entries(Object(members))) form.append(name, String(value))
  }
  return form
}

function forPeople(state: TelegramState, method: string, pathname: string): Response | Promise<Response> {
  if (method !== 'GET') return refused(new Refusal(404, 'Not Found'))
  if (pathname === '/') return channelPage(state.posts)
  const post = state.posts.find((candidate) => photoPath(candidate) === pathname)
  if (!post || post.deletedAt !== undefined) return refused(new Refusal(404, 'Not Found'))
  const headers = { 'content-type': post.photo.mediaType, 'x-content-type-options': 'nosniff' }
  return new Response(post.photo.bytes, { headers })
}

function keepLast<T>(list: T[], item: T, limit: number): void {
  list.push(item)
  if (list.length > limit) list.shift()
}
