/** GET requests to the page's own host. No call throws: every answer is a result or a problem. */
import { ask } from './ask.ts'
import { jsonOf } from './json.ts'
import { type ApiProblem, problemOf, unreached } from './problem.ts'

/** Requests a path, past the browser's cache. */
export async function get(path: string, accept: string): Promise<Response | ApiProblem> {
  try {
    return await ask(path, accept, 'no-store')
  } catch {
    return unreached()
  }
}

/** Gets a JSON document of any shape. `body` is `null` if the answer is not JSON. */
export async function getJson(path: string): Promise<{ body: unknown } | { problem: ApiProblem }> {
  const response = await get(path, 'application/json')
  if (!(response instanceof Response)) return { problem: response }
  return response.ok ? { body: await jsonOf(response) } : { problem: await problemOf(response) }
}
