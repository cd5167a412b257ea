/** Waiting for work that somebody else began and may never finish. */

/** Whether `work` settles within `ms`; rejects as it does. On Workers a shared promise may die with the request that owns it. */
export async function landsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const patience = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([work.then(() => true), patience])
  } finally {
    if (timer !== null) clearTimeout(timer)
  }
}
