import { listUsers } from '../../src/features/admin/list-users'
import { cursorOf, userQuery } from '../../src/features/admin/user-query'

/** A page of accounts, as the route finds it by these parameters. */
export async function listBy(
  deps: Parameters<typeof listUsers>[0],
  query: Readonly<Record<string, string>>,
) {
  const { order, before: from, limit, ...filter } = userQuery.parse(query)
  const wanted = { filter, newestFirst: order === 'newest', from, limit }
  const { users, next } = await listUsers(deps, wanted)
  return { ids: users.map(({ id }) => id), next: cursorOf(next) }
}
