import { inject } from 'vitest'

/** Whether this is `npm run test:deep`: the same cases, in full size. */
export const isDeep = inject('isDeep')

/** Rows of a store: twenty thousand in `npm test`, a million in `npm run test:deep`. */
export const ROWS = isDeep ? 1_000_000 : 20_000

/** How many of something at once: eight in `npm test`, all of them in `npm run test:deep`. */
export const many = (all: number): number => (isDeep ? all : Math.min(all, 8))
