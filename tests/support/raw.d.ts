/** A file as text, read by Vite when the test is built. */
declare module '*?raw' {
  const text: string
  export default text
}
