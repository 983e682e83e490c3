import { html } from 'hono/html'

/**
 * A field for a new password, as password managers look for it: it may be pasted into, and shown.
 */
export const passwordField = (minLength: number, label: string) =>
  html`<label for="password">${label}</label>
    <div class="with-button">
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="new-password"
        autocapitalize="off"
        spellcheck="false"
        minlength="${minLength}"
        passwordrules="minlength: ${minLength}; maxlength: 128;"
        required
        aria-describedby="password-note"
      />
      <button type="button" aria-label="Show password" aria-controls="password" data-act="reveal">
        Show
      </button>
    </div>
    <p id="password-note" class="note" data-text="password"></p>`
