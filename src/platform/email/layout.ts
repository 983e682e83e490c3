import { type Block, type Letter, SIGNATURE } from './letter'
import { letterHtml } from './letter-html'
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
  const { colon, footer } = phrases[language]
  const parts = [subject, ...blocks.map((block) => blockText(block, colon)), notMe]
  return `${parts.join('\n\n')}\n\n-- \n${SIGNATURE}\n${footer}\n`
}

function blockText(block: Block, colon: string): string {
  if (typeof block === 'string') return block
  switch (block.kind) {
    case 'button':
      return `${block.label}${colon}\n${block.link}`
    case 'code':
      return `    ${block.code}`
    case 'facts':
      return block.rows.map(([label, value]) => `${label}${colon} ${value}`).join('\n')
  }
}
