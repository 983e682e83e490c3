import { inject } from 'vitest'
import type { SharedServer } from './global-setup.ts'

/**
 * The dev server that all files share: for what needs a running service, and neither stops nor
 * counts.
 */
export async function sharedServer(): Promise<SharedServer> {
  const answer = await fetch(inject('sharedServer'))
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as SharedServer
}
