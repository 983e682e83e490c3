import { registerHooks } from 'node:module'

const SOURCE = new URL('../src/', import.meta.url).href

/**
 * The Worker's files are written for a bundler and leave out `.ts` when they name each other; Node
 * asks for it. After this, a script can `await import()` the very functions that the Worker runs.
 */
export function allowSourceImports(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const isOurs = specifier.startsWith('.') && context.parentURL?.startsWith(SOURCE)
      return next(isOurs ? `${specifier}.ts` : specifier, context)
    },
  })
}
