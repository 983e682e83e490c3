/** A file as text, read by Vite when the test is built. */
declare module '*?raw' {
  const text: string
  export default text
}

interface ImportMeta {
  /** Vite's: the files that fit, here always as text. */
  readonly glob: (
    patterns: readonly string[],
    options: { query: '?raw'; import: 'default'; eager: true },
  ) => Record<string, string>
}
