/** Answers of Instagram's tokens and accounts. Some come flat and some in `data`, and some lists come as text. */
import { z } from 'zod'

const id = z.union([z.string().min(1), z.number().transform(String)])

const permissions = z
  .union([z.array(z.string()), z.string().transform((list) => list.split(',').map((part) => part.trim()))])
  .optional()
  .catch(undefined)

/** Accepts an answer on its own, or as the only member of `data`. */
function flatOrInData<T extends z.ZodType>(schema: T) {
  return z.preprocess((answer) => {
    const wrapped = z.object({ data: z.array(z.unknown()).min(1) }).safeParse(answer)
    return wrapped.success ? wrapped.data.data[0] : answer
  }, schema)
}

/** Short-lived token. `permissions` are those that the person left ticked. */
export const shortTokenSchema = flatOrInData(z.object({ access_token: z.string().min(1), permissions }))

/** Token of 60 days, with its life in seconds. */
export const longTokenSchema = flatOrInData(
  z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() }),
)

/** Account. `user_id` publishes, and `id` is the account's ID for this app only. */
export const meSchema = flatOrInData(
  z.object({
    user_id: id,
    id: id.optional().catch(undefined),
    username: z.string().regex(/^[\w.]{1,60}$/),
    account_type: z.string().catch(''),
  }),
)
