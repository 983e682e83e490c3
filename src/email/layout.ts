import { letterHtml } from './letter-html'
import { type Block, type Letter, SIGNATURE } from './letter'
import { phrases } from './phrases'

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

function textOf({ language, subject, blocks, notMe }: Letter): string {
  const end = `-- \n${SIGNATURE}\n${phrases[language].footer}`
  return `${[subject, ...blocks.map(blockText), notMe, end].join('\n\n')}\n`
}

function blockText(block: Block): string {
  if (typeof block === 'string') return block
  switch (block.kind) {
    case 'button':
      return `${block.label}:\n${block.link}`
    case 'code':
      return `    ${block.code}`
    case 'facts':
      return block.rows.map(([label, value]) => `${label}: ${value}`).join('\n')
  }
}
