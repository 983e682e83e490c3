import { letterHtml } from './letter-html'
import { type Block, FOOTER, type Letter, SIGNATURE } from './letter'

export type RenderedMail = Readonly<{ subject: string; text: string; html: string }>

/** Makes both forms of a mail from one letter, so that neither says less than the other. */
export async function renderLetter(letter: Letter): Promise<RenderedMail> {
  const page = String(await letterHtml(letter))
  return {
    subject: letter.subject,
    text: textOf(letter),
    // The indentation of this file is no part of the mail.
    html: page.replace(/\n\s+/g, '\n'),
  }
}

function textOf({ heading, blocks, notMe }: Letter): string {
  const parts = [heading, ...blocks.map(blockText), notMe, `-- \n${SIGNATURE}\n${FOOTER}`]
  return `${parts.join('\n\n')}\n`
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return block.text
    case 'button':
      return `${block.label}:\n${block.link}`
    case 'code':
      return `    ${block.code}`
    case 'facts':
      return block.rows.map(([label, value]) => `${label}: ${value}`).join('\n')
  }
}
