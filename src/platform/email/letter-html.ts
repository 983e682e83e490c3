import { html, raw } from 'hono/html'
import { blockHtml } from './block-html'
import { type Letter, SIGNATURE } from './letter'
import { phrases } from './phrases'

/**
 * The page that mail clients show: tables, since Outlook lays out nothing else; one column of at most
 * 600 px; system fonts; nothing remote, so that opening it tells nobody anything. Colours stand inline
 * for clients that drop style sheets, and once more for the dark scheme in those that keep them.
 */
export const letterHtml = ({ language, subject, preheader, blocks, notMe }: Letter) =>
  html`<!doctype html>
    <html lang="${language}" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta
          name="format-detection"
          content="telephone=no, date=no, address=no, email=no, url=no"
        />
        <title>${subject}</title>
        <style>
          ${raw(DARK)}
        </style>
      </head>
      <body class="page" style="margin:0;padding:0;background:#f3f4f6">
        <div style="display:none;max-height:0;overflow:hidden;mso-hide:all">
          ${preheader}${raw(FILLER)}
        </div>
        <table
          role="presentation"
          class="page"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          border="0"
          bgcolor="#f3f4f6"
        >
          <tr>
            <td align="center" style="padding:24px 12px">
              <table
                role="presentation"
                class="card"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border="0"
                bgcolor="#ffffff"
                style="max-width:600px;border:1px solid #e1e4ea;border-radius:12px;border-collapse:separate"
              >
                <tr>
                  <td style="padding:28px 24px;${raw(FONT)}">
                    <p
                      class="soft"
                      style="margin:0 0 20px;font-size:14px;font-weight:600;color:#565f70"
                    >
                      ${SIGNATURE}
                    </p>
                    <h1
                      class="ink"
                      style="margin:0 0 16px;font-size:22px;line-height:1.3;color:#14181f"
                    >
                      ${subject}
                    </h1>
                    ${blocks.map((block) => blockHtml(block, phrases[language].buttonHint))}
                    <p
                      class="ink note"
                      style="margin:24px 0 0;padding:12px 16px;background:#f3f4f6;border-radius:8px;font-size:15px;line-height:1.5;color:#14181f"
                    >
                      ${notMe}
                    </p>
                  </td>
                </tr>
              </table>
              <p
                class="soft"
                style="max-width:600px;margin:16px 0 0;font-size:13px;line-height:1.5;color:#565f70;${raw(FONT)}"
              >
                ${phrases[language].footer}
              </p>
            </td>
          </tr>
        </table>
      </body>
    </html> `

const FONT =
  "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

/** `!important` is what lets a style sheet win against the inline styles. */
const DARK = `@media (prefers-color-scheme: dark) {
.page { background: #0e1116 !important }
.card { background: #181d25 !important; border-color: #2c3440 !important }
.note { background: #232a35 !important }
.ink { color: #eef1f6 !important }
.soft { color: #a3adbd !important }
.button { background: #5b7cff !important }
.label { color: #0b1020 !important }
.link { color: #9db1ff !important }
}`

/** Keeps clients that show more than the preheader in their list from going on with the mail itself. */
const FILLER = '&#8203;&nbsp;'.repeat(80)
