import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { indexPage } from './index-page.ts'
import { mailFrame } from './mail-frame.ts'
import { mailPage } from './mail-page.ts'
import { readChoice } from './choice.ts'

type Answer = Readonly<{ type: string; body: string }>

const ASSETS = join(import.meta.dirname, '../../public/assets')

const FILES: Readonly<Record<string, string>> = {
  '/base.css': join(ASSETS, 'base.css'),
  '/mails.css': join(import.meta.dirname, 'mails.css'),
  '/phantom.svg': join(ASSETS, 'phantom.svg'),
}

/** Serves the pages on this machine only. Returns what stops it. */
export async function startPreview(port: number): Promise<() => void> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '/')
      .catch((error: unknown) => ({ type: 'text/plain', body: String(error), status: 500 }))
      .then((found) => {
        const { type, body, status } = { status: 200, ...(found ?? NOT_FOUND) }
        response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8` }).end(body)
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return () => {
    server.close()
    server.closeAllConnections()
  }
}

const NOT_FOUND = { type: 'text/plain', body: 'no such page\n', status: 404 }

async function answer(url: string): Promise<Answer | undefined> {
  const { pathname } = new URL(url, 'http://127.0.0.1')
  const file = FILES[pathname]
  if (file) {
    const type = pathname.endsWith('.svg') ? 'image/svg+xml' : 'text/css'
    return { type, body: await readFile(file, 'utf8') }
  }
  if (pathname === '/') return page(await indexPage())
  const [, mail = '', scheme] = /^(.*?)(?:\/(light|dark))?$/.exec(pathname) ?? []
  const choice = readChoice(mail)
  if (!choice) return undefined
  if (scheme === 'light' || scheme === 'dark') return page(await mailFrame(choice, scheme))
  return page(await mailPage(choice))
}

const page = (body: unknown): Answer => ({ type: 'text/html', body: String(body) })
