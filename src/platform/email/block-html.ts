import { html } from 'hono/html'
import type { Block } from './letter'

const paragraph = (text: string) =>
  html`<p class="ink" style="margin:0 0 16px;font-size:16px;line-height:1.5;color:#14181f">
    ${text}
  </p>`

/** One block of a letter as HTML. `html` escapes every value. */
export function blockHtml(block: Block, buttonHint: string) {
  if (typeof block === 'string') return paragraph(block)
  switch (block.kind) {
    case 'button':
      return html`<table
          role="presentation"
          cellpadding="0"
          cellspacing="0"
          border="0"
          style="margin:0 0 16px"
        >
          <tr>
            <td class="button" bgcolor="#2447d8" style="border-radius:8px">
              <a
                class="label"
                href="${block.link}"
                style="display:inline-block;padding:14px 24px;font-size:16px;font-weight:600;color:#ffffff;text-decoration:none"
                >${block.label}</a
              >
            </td>
          </tr>
        </table>
        <p class="soft" style="margin:0 0 16px;font-size:14px;line-height:1.5;color:#565f70">
          ${buttonHint}<br /><a
            class="link"
            href="${block.link}"
            style="color:#2447d8;word-break:break-all"
            >${block.link}</a
          >
        </p>`
    case 'code':
      return html`<p
        class="ink note"
        style="margin:0 0 16px;padding:16px;background:#f3f4f6;border-radius:8px;text-align:center;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:32px;line-height:1.2;font-weight:700;letter-spacing:6px;text-indent:6px;color:#14181f"
      >
        ${block.code}
      </p>`
    case 'facts':
      return html`<table
        role="presentation"
        cellpadding="0"
        cellspacing="0"
        border="0"
        style="margin:0 0 16px"
      >
        ${block.rows.map(factRow)}
      </table>`
  }
}

/** Characters. On a phone a longer one would leave its value no room, so it may have two lines. */
const LABEL = 20

const factRow = ([label, value]: readonly [string, string]) =>
  html`<tr>
    <td
      class="soft"
      valign="top"
      style="padding:2px 16px 2px 0;font-size:14px;line-height:1.5;color:#565f70;white-space:${label.length > LABEL ? 'normal' : 'nowrap'}"
    >
      ${label}
    </td>
    <td
      class="ink"
      valign="top"
      style="padding:2px 0;font-size:14px;line-height:1.5;color:#14181f;word-break:break-word"
    >
      ${value}
    </td>
  </tr>`
