import { env } from 'cloudflare:workers'
import { codeAt, stepAt } from '../../src/identity/factors/totp'
import { type Account, type Answer, freshAddress, nextCode, sessionIn, startApp } from './app'

type Session = { id: string; access: string; refresh: string }
type Pending = { challenge: string; methods: string[]; code: string | undefined }

/** How long a lock lasts, and the longest that a window of the guard is open. */
const LOCK_SECONDS = 1800

/**
 * One account, everything that its owner and strangers do with it, and what a model says must come
 * of it: which sessions may exist, which secrets are used up, and whether the owner's browser is
 * locked.
 */
export class AccountWorld {
  readonly app = startApp()
  account: Account = { email: '', username: '', password: '' }
  browser = ''
  pending: Pending[] = []
  sessions: Session[] = []
  /** Every session that both steps were seen for. */
  readonly opened = new Set<string>()
  /** Ways to use a secret again that was used up; each must be refused. */
  readonly spent: { what: string; again: () => Promise<Answer> }[] = []
  /** Authenticator apps, oldest first, and when they and the backup codes were added. */
  apps: { seed: string; at: number }[] = []
  backupCodes: string[] = []
  codesAt = 0
  #mistyped: number[] = []
  #lockedUntil = 0
  /** When the owner's browser had codes mailed. */
  #mailed: number[] = []

  static async begin(): Promise<AccountWorld> {
    const world = new AccountWorld()
    world.account = await world.app.hasAccount()
    await world.logIn()
    return world
  }

  #now = () => this.app.now().getTime()
  #post = (path: string, json: unknown, token?: string) =>
    this.app.post(path, json, {
      token,
      ip: freshAddress(),
      ...(this.browser && { cookie: this.browser }),
    })

  /** What the model says of the owner's browser. */
  get isLockedOut(): boolean {
    return this.#now() < this.#lockedUntil
  }

  /** Whether its owner has had so many codes mailed that the next may be refused. */
  get #hasManyCodes(): boolean {
    const withTimeout = (seconds: number) =>
      this.#mailed.filter((at) => this.#now() < at + seconds * 1000).length
    return withTimeout(3600) >= 10 || withTimeout(86_400) >= 30
  }

  /**
   * The code that a right password had mailed, if it did; `undefined` as well where it was one too
   * many.
   */
  async #codeOf({ body, status }: Answer): Promise<string | undefined> {
    this.#mistyped = []
    if (status !== 200 || !(body['methods'] as string[]).includes('email')) return undefined
    if (this.browser) this.#mailed.push(this.#now())
    return nextCode(this.account)
  }

  spend(what: string, path: string, json: unknown, token?: string) {
    this.spent.push({ what, again: () => this.#post(path, json, token) })
  }

  /** Whether a reset by mail does not ask yet for what was added then, and takes it away. */
  isYoung = (at: number) => this.#now() < at + 72 * 3_600_000

  /** An app that a reset asks for. */
  get oldApp() {
    return this.apps.find(({ at }) => !this.isYoung(at))
  }

  /** What a reset takes away. */
  loseYoung() {
    this.apps = this.apps.filter(({ at }) => !this.isYoung(at))
    if (this.apps.length === 0 || this.isYoung(this.codesAt)) this.backupCodes = []
  }

  hasBackupCodes(codes: string[]) {
    this.backupCodes = codes
    this.codesAt = this.#now()
  }

  advance(seconds: number) {
    this.app.advance(seconds)
  }

  /**
   * Somebody else, who has seen a code of an app or a backup code being used, begins a login and
   * gives it again. At once, for a code of an app is good for a minute.
   */
  async giveUsedCode(method: string, code: string) {
    if (method === 'email') return
    const ip = freshAddress()
    const { email: identifier, password } = this.account
    const started = await this.app.post('/api/auth/login/', { identifier, password }, { ip })
    if (started.status !== 200) return
    const json = { challenge: started.body.challenge, method, code }
    const answer = await this.app.post('/api/auth/verify-2fa/', json, { ip })
    if (answer.status === 200) throw new Error(`used twice: a ${method} code, in another login`)
  }

  /** A code that an app shows now and has not shown before. */
  freshTotp(app = this.apps.at(-1)): string {
    this.advance(30)
    return codeAt(app?.seed ?? '', stepAt(this.#now()))
  }

  /** The first step in the owner's browser: never refused but for what was done in it. */
  async startLogin(): Promise<Pending | undefined> {
    const { email: identifier, password } = this.account
    const answer = await this.#post('/api/auth/login/', { identifier, password })
    if (this.isLockedOut) {
      if (answer.status !== 429) throw new Error(`locked by the owner, but ${answer.status}`)
      return undefined
    }
    const isOneTooMany = answer.status === 429 && this.#hasManyCodes
    if (answer.status !== 200 && !isOneTooMany) {
      throw new Error(`the owner's browser is refused: ${answer.text}`)
    }
    const code = await this.#codeOf(answer)
    if (isOneTooMany) return undefined
    const methods = answer.body['methods'] as string[]
    const pending = { challenge: answer.body.challenge ?? '', methods, code }
    this.pending.push(pending)
    return pending
  }

  async mistypePassword() {
    const { email: identifier } = this.account
    await this.#post('/api/auth/login/', { identifier, password: `not it ${crypto.randomUUID()}` })
    if (!this.browser || this.isLockedOut) return
    const now = this.#now()
    const [first = now] = this.#mistyped
    this.#mistyped = now < first + LOCK_SECONDS * 1000 ? [...this.#mistyped, now] : [now]
    if (this.#mistyped.length < 5) return
    this.#mistyped = []
    this.#lockedUntil = now + LOCK_SECONDS * 1000
  }

  /** A reset clears the owner's mistakes with everybody else's. */
  recovered() {
    this.#mistyped = []
    this.#lockedUntil = 0
  }

  /**
   * A stranger without the browser, with as many wrong passwords as it takes to lock itself out.
   */
  async strangerGuesses() {
    const { email: identifier } = this.account
    for (let count = 0; count < 6; count++) {
      const json = { identifier, password: `guess ${crypto.randomUUID()}` }
      await this.app.post('/api/auth/login/', json, { ip: freshAddress() })
    }
  }

  /** The second step of a login with what it asks for. */
  async finishLogin(pending: Pending, method = pending.methods[0] ?? 'email') {
    const code =
      method === 'email'
        ? (pending.code ?? '')
        : method === 'totp'
          ? this.freshTotp()
          : (this.backupCodes.pop() ?? '')
    const json = { challenge: pending.challenge, method, code }
    const answer = await this.#post('/api/auth/verify-2fa/', json)
    this.pending = this.pending.filter((other) => other !== pending)
    if (answer.status !== 200) return answer
    this.note(answer)
    this.spend(`${method} code of a login`, '/api/auth/verify-2fa/', json)
    await this.giveUsedCode(method, code)
    this.browser = sessionIn(answer).deviceCookie ?? this.browser
    return answer
  }

  async logIn() {
    const pending = await this.startLogin()
    if (pending) await this.finishLogin(pending)
  }

  /** Keeps the tokens of a session that was opened, renewed or refreshed. */
  note({ body }: Answer) {
    const { session_id: id = '', access_token: access = '', refresh_token: refresh = '' } = body
    this.opened.add(id)
    this.sessions = [
      ...this.sessions.filter((session) => session.id !== id),
      { id, access, refresh },
    ]
  }

  /** The newest session, with tokens of now. */
  async freshSession(): Promise<Session | undefined> {
    const session = this.sessions.at(-1)
    if (!session) return undefined
    const refreshed = await this.#post('/api/auth/refresh/', { refresh_token: session.refresh })
    if (refreshed.status === 200) this.note(refreshed)
    else this.sessions = this.sessions.filter((other) => other !== session)
    return refreshed.status === 200 ? this.sessions.at(-1) : undefined
  }

  /** A session that has just been confirmed with both steps. */
  async steppedUp(strong: 'totp' | 'backup_code' = 'totp'): Promise<Session | undefined> {
    const access = (await this.freshSession())?.access
    if (access === undefined) return undefined
    const { password } = this.account
    const started = await this.#post('/api/auth/step-up/', { password }, access)
    if (started.status !== 200) return undefined
    const mailed = await this.#codeOf(started)
    const method = mailed === undefined ? strong : 'email'
    const own = () => (strong === 'totp' ? this.freshTotp() : (this.backupCodes.pop() ?? ''))
    const code = mailed ?? own()
    const json = { challenge: started.body.challenge, method, code }
    const renewed = await this.#post('/api/auth/step-up/verify/', json, access)
    if (renewed.status !== 200) return undefined
    this.note(renewed)
    this.spend('code of a step-up', '/api/auth/step-up/verify/', json, renewed.body.access_token)
    this.spend('access token from before a step-up', '/api/auth/step-up/', { password }, access)
    await this.giveUsedCode(method, code)
    return this.sessions.at(-1)
  }

  /**
   * Does a sensitive act; the same again with the same step-up must be refused, at once and later.
   */
  async act(path: string, json: unknown, { method = 'POST', usesStepUp = true } = {}) {
    const session = await this.steppedUp()
    if (!session) return undefined
    const token = session.access
    const send = () =>
      this.app.send(method, path, { json, token, ip: freshAddress(), cookie: this.browser })
    const answer = await send()
    if (answer.status >= 300 || !usesStepUp) return answer
    const again = await send()
    if (again.status < 300) throw new Error(`one step-up, two acts: ${method} ${path}`)
    this.spent.push({ what: `step-up of ${path}`, again: send })
    return answer
  }

  /** What must hold at any time: no session that was not opened with two different steps. */
  async broken(): Promise<string | undefined> {
    const { results } = await env.DB.prepare(
      `SELECT id, first_factor AS first, second_factor AS second FROM sessions
       WHERE user_id = (SELECT user_id FROM sessions WHERE id = ?)
         OR user_id = (SELECT id FROM users WHERE email = ?)`,
    )
      .bind([...this.opened].at(-1) ?? '', this.account.email)
      .run<{ id: string; first: string; second: string }>()
    const odd = results.find(
      ({ id, first, second }) => !this.opened.has(id) || !first || !second || first === second,
    )
    return odd && `a session that nobody opened with two steps: ${JSON.stringify(odd)}`
  }
}
