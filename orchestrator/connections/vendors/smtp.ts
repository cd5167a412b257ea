/** Connects a mail server by signing in, with the mail client that publishes later. */
import { z } from 'zod'
import { isPublisherError } from '../../../src/base/errors.ts'
import { onceLoaded } from '../../../src/base/once.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { Mailer } from '../../../src/ports/mail.ts'
import { type Checked, type Connected, type Vendor, VendorRefused, type VendorTools } from '../vendor.ts'

const dayMs = 86_400_000
const signInMs = 10_000

const blankIsAbsent = (value: unknown) => (value === '' || value === null ? undefined : value)
const email = z
  .string()
  .trim()
  .max(320)
  .regex(/^[^\s@<>,;]+@[^\s@<>,;]+$/, 'must be an e-mail address')

const serverSchema = z.object({
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .meta({ description: 'Host of the mail server.', examples: ['smtp.example.org'] }),
  port: z
    .preprocess(blankIsAbsent, z.coerce.number().int().min(1).max(65_535).default(587))
    .meta({ description: 'Port. 465 speaks TLS from the start, other ports use STARTTLS.', examples: [587] }),
  use_tls: z
    .preprocess(blankIsAbsent, z.union([z.boolean(), z.stringbool()]).default(true))
    .meta({ description: 'Encrypts the connection. Keep it on.', examples: [true] }),
  username: z
    .preprocess(blankIsAbsent, z.string().trim().max(320).optional())
    .meta({ description: 'User at the mail server. Default: the sender.', examples: ['alice@example.org'] }),
  password: z
    .string()
    .min(1)
    .max(500)
    .meta({ description: 'Password. Gmail needs an app password.', examples: ['mail-password'] }),
})

const valuesSchema = serverSchema.extend({
  from_email: email.meta({ description: 'Sender of the mails.', examples: ['alice@example.org'] }),
  recipient: z.preprocess(blankIsAbsent, email.optional()).meta({
    description: 'Upload address of FetLife, if you publish there.',
    examples: ['upload@fetlife.example'],
  }),
})

/** Credentials of the contract, with what a check needs. Imported credentials have a password only. */
const storedSchema = serverSchema.extend({ username: z.string() })

type Server = Pick<z.output<typeof serverSchema>, 'host' | 'port' | 'use_tls' | 'password'> & {
  username: string
}

/** Creates the vendor. Without `allowPrivate`, it connects to public servers only. */
export function createSmtpVendor({ allowPrivate }: VendorTools): Vendor {
  // Loaded at the first use, since the library slows down the start.
  const mailer = onceLoaded<Mailer>(async () => {
    const { createMailer } = await import('../../../src/providers/mail/nodemailer.ts')
    const { createPinnedLookup } = await import('../../../src/node/public-lookup.ts')
    return createMailer({ allowPrivate, lookup: createPinnedLookup() })
  })

  async function signIn(
    { host, port, use_tls, username, password }: Server,
    rejectedAs: 'invalid' | 'revoked',
  ) {
    const server = { host, port, useTls: use_tls, username, password: new Secret(password) }
    try {
      const connection = await (await mailer()).connect(server, AbortSignal.timeout(signInMs))
      await connection.close()
    } catch (error) {
      throw refusalOf(error, rejectedAs)
    }
  }

  return {
    provider: 'smtp',
    use: 'mail',
    checkEveryMs: dayMs,
    pasted: {
      values: valuesSchema,
      async accept(values): Promise<Connected> {
        const { from_email, recipient, password, ...rest } = valuesSchema.parse(values)
        const server = { ...rest, username: rest.username ?? from_email }
        await signIn({ ...server, password }, 'invalid')
        return {
          credentials: { provider: 'smtp', password, ...server },
          account: from_email,
          accountId: `${server.username}@${server.host}`,
          expiresAt: null,
          settings: { ...server, from_email, ...(recipient !== undefined && { recipient }) },
        }
      },
    },

    async check(credentials): Promise<Checked> {
      const stored = storedSchema.safeParse(credentials)
      // The configuration names the server of imported credentials.
      if (stored.success) await signIn(stored.data, 'revoked')
      return {}
    },
  }
}

/** Returns the refusal. The words are our own, since servers repeat addresses. */
function refusalOf(error: unknown, rejectedAs: 'invalid' | 'revoked'): VendorRefused {
  if (isPublisherError(error, 'credentials_rejected'))
    return new VendorRefused(rejectedAs, 'The mail server rejects the user name or the password.', '535')
  if (isPublisherError(error, 'endpoint_refused'))
    return new VendorRefused(
      'bad_address',
      'The mail server must be on the public internet, with encryption.',
    )
  return new VendorRefused(
    'unavailable',
    'The mail server cannot be reached, or offers no trusted encryption.',
  )
}
