import type { Options } from './options.ts'
import {
  type Act,
  compare,
  type Comparison,
  type Pair,
  type Plan,
  takeTurns,
  type Turn,
} from './measure.ts'
import type { Session } from './phantom.ts'
import type { Started } from './start.ts'
import { type Spread, spread } from './statistics.ts'

const CONNECTIONS = 8
/** Enough for V8 to have optimised what it will. */
const WARM_UP = 1000
const LOGIN_WARM_UP = 400
/** Two batches of mails, as the queue hands them over. */
const LOGIN_CONNECTIONS = 40
/** Passwords checked before those that count. */
const WARM_UP_TURNS = 10
/** A wrong password too many would lock the account. */
const FAILURES_PER_ACCOUNT = 3
/** Logins are theirs in turn; the other accounts are those whose password is guessed. */
const OWNERS = 20

export type Results = Readonly<{
  light: readonly Comparison[]
  /**
   * Logins with their password hash taken out, against a bare login and against the store calls
   * alone.
   */
  hashless: Readonly<{ login: Comparison; stores: Comparison }>
  hashing: Hashing
  loginRoundTrips: number
  readRoundTrips: number
}>

/** With the password hash, act by act. */
type Hashing = Readonly<{
  login: Comparison
  wrongPassword: Comparison
  hash: Spread
  /** Ours less the hash of the same turn, CPU milliseconds. */
  loginBeyondHash: Spread
  wrongBeyondHash: Spread
  turns: number
}>

/** Hands out things in rotation. */
function rotation<T>(things: readonly T[]): () => T {
  let next = 0
  return () => {
    const thing = things[next % things.length]
    next += 1
    if (thing === undefined) throw new Error('nothing to hand out')
    return thing
  }
}

/**
 * An act with one of some things that no two connections may use at once, such as refresh tokens.
 */
function oneAtATime<T>(things: readonly T[], act: (thing: T) => Promise<unknown>) {
  const free = [...things]
  return async () => {
    const thing = free.shift()
    if (thing === undefined) throw new Error('more connections than things')
    await act(thing)
    free.push(thing)
  }
}

/** Measures everything, telling now and then what is going on. */
export async function measureAll(
  started: Started,
  { requests, rounds }: Options,
  tell: (text: string) => void,
): Promise<Results> {
  tell('counting round trips')
  const counts = await countRoundTrips(started)
  const plan = { requests, rounds, warmUp: WARM_UP, connections: CONNECTIONS }
  const light: Comparison[] = []
  for (const prepare of [hello, readByBearer, readByCookie, verifyKey, keyCalls, refresh]) {
    const pair = await prepare(started)
    tell(pair.name)
    light.push(await compare(pair, plan))
  }
  tell('login without its hash')
  const hashless = await compareHashless(started, {
    ...plan,
    requests: Math.ceil(requests / 100) * LOGIN_CONNECTIONS,
    warmUp: LOGIN_WARM_UP,
    connections: LOGIN_CONNECTIONS,
  })
  tell('login and wrong password')
  const turns = Math.ceil((requests * rounds) / 60)
  return { light, hashless, hashing: await compareHashing(started, turns), ...counts }
}

async function countRoundTrips({ counting }: Started) {
  const { client, send, accounts } = counting
  const [account] = accounts
  if (!account) throw new Error('no account')
  const read = async () => {
    const { text } = await send({ method: 'GET', path: '/d1-round-trips' })
    return Number(text)
  }
  await client.logIn(account)
  await read()
  const session = await client.logIn(account)
  const loginRoundTrips = await read()
  await client.readByBearer(session)
  return { loginRoundTrips, readRoundTrips: await read() }
}

/** One session a connection, opened when it is needed: an access token lives five minutes. */
async function openSessions({ phantom }: Started, transport: 'bearer' | 'cookie') {
  const sessions: Session[] = []
  for (const account of phantom.accounts.slice(0, CONNECTIONS)) {
    sessions.push(await phantom.client.logIn(account, transport))
  }
  return sessions
}

const hello = ({ phantom, bare }: Started): Pair => ({
  name: 'hello',
  ours: { pid: phantom.server.pid, act: phantom.client.hello },
  twinName: 'hello',
  twin: { pid: bare.server.pid, act: bare.client.hello },
})

async function readByBearer(started: Started): Promise<Pair> {
  const { phantom, bare } = started
  const session = rotation(await openSessions(started, 'bearer'))
  return {
    name: 'authenticated read, bearer',
    ours: { pid: phantom.server.pid, act: () => phantom.client.readByBearer(session()) },
    twinName: 'ES256 verification, one row',
    // The same token: what is verified is as long, and signed by the same key.
    twin: { pid: bare.server.pid, act: () => bare.client.readByBearer(session().accessToken) },
  }
}

async function readByCookie(started: Started): Promise<Pair> {
  const { phantom, bare } = started
  const session = rotation(await openSessions(started, 'cookie'))
  const account = rotation(bare.accounts)
  return {
    name: 'authenticated read, cookie',
    ours: { pid: phantom.server.pid, act: () => phantom.client.readByCookie(session()) },
    twinName: 'one row',
    twin: { pid: bare.server.pid, act: () => bare.client.readByCookie(account()) },
  }
}

const verifyKey = ({ phantom, bare }: Started): Pair => {
  const [key, account] = [rotation(phantom.keys), rotation(bare.accounts)]
  return {
    name: 'API key verification',
    ours: { pid: phantom.server.pid, act: () => phantom.client.verifyKey(key()) },
    twinName: 'body, SHA-256, one row',
    twin: { pid: bare.server.pid, act: () => bare.client.verifyKey(account()) },
  }
}

/** The same against its store calls: the count of each key is an object's, in this process too. */
const keyCalls = (started: Started): Pair => {
  const { bare } = started
  const account = rotation(bare.accounts)
  return {
    ...verifyKey(started),
    name: 'API key, against its stores',
    twinName: 'body, SHA-256, one row, one object',
    twin: { pid: bare.server.pid, act: () => bare.client.keyCalls(account()) },
  }
}

async function refresh(started: Started): Promise<Pair> {
  const { phantom, bare } = started
  const account = rotation(bare.accounts)
  const act = oneAtATime(await openSessions(started, 'bearer'), (session) =>
    phantom.client.refresh(session),
  )
  return {
    name: 'refresh',
    ours: { pid: phantom.server.pid, act },
    twinName: 'one row, one update, ES256 signature',
    twin: { pid: bare.server.pid, act: () => bare.client.refresh(account()) },
  }
}

async function compareHashless({ hashless }: Started, plan: Plan) {
  const { phantom, bare } = hashless
  const ours = {
    pid: phantom.server.pid,
    act: oneAtATime(phantom.accounts, (account) => phantom.client.logIn(account)),
  }
  const account = rotation(bare.accounts)
  const pair = (twinName: string, act: Act): Pair => ({
    name: 'full login without its hash',
    ours,
    twinName,
    twin: { pid: bare.server.pid, act },
  })
  return {
    login: await compare(
      pair('row, insert, ES256 signature', () => bare.client.logIn(account())),
      plan,
    ),
    stores: await compare(
      pair('the same store calls', () => bare.client.storeCalls(account())),
      plan,
    ),
  }
}

async function compareHashing({ phantom, bare }: Started, turns: number): Promise<Hashing> {
  const ours = phantom.server.pid
  const twin = bare.server.pid
  const people = phantom.accounts.slice(0, OWNERS)
  const victims = phantom.accounts
    .slice(OWNERS)
    .flatMap((account) => Array.from({ length: FAILURES_PER_ACCOUNT }, () => account))
  const [owner, victim] = [rotation(people), rotation(victims)]
  const bareOwner = rotation(bare.accounts.slice(0, people.length))
  // Their browsers are known from here on, as most browsers are.
  for (const account of people) await phantom.client.logIn(account)

  const sides = {
    login: { pid: ours, act: () => phantom.client.logIn(owner()) },
    hash: { pid: twin, act: () => bare.client.hash() },
    wrong: { pid: ours, act: () => phantom.client.failToLogIn(victim()) },
    bareLogin: { pid: twin, act: () => bare.client.logIn(bareOwner()) },
    bareWrong: { pid: twin, act: () => bare.client.failToLogIn(bareOwner()) },
  }
  await takeTurns(sides, WARM_UP_TURNS)
  const results = await takeTurns(sides, turns)
  const beyond = (name: keyof typeof sides) =>
    spread(results.map((turn) => turn[name].cpu - turn.hash.cpu))
  return {
    login: comparisonOf(
      results,
      ['full login, both steps', 'login'],
      ['row, hash, insert', 'bareLogin'],
    ),
    wrongPassword: comparisonOf(results, ['wrong password', 'wrong'], ['row, hash', 'bareWrong']),
    hash: spread(results.map(({ hash }) => hash.cpu)),
    loginBeyondHash: beyond('login'),
    wrongBeyondHash: beyond('wrong'),
    turns,
  }
}

function comparisonOf<Name extends string>(
  turns: readonly Turn<Name>[],
  [name, ours]: [string, Name],
  [twinName, twin]: [string, Name],
): Comparison {
  const cpu = (side: Name) => spread(turns.map((turn) => turn[side].cpu))
  const perSecond = (side: Name) => 1000 / spread(turns.map((turn) => turn[side].ms)).median
  return {
    name,
    cpu: cpu(ours),
    perSecond: perSecond(ours),
    twin: { name: twinName, cpu: cpu(twin), perSecond: perSecond(twin) },
    ratio: spread(turns.map((turn) => turn[ours].cpu / turn[twin].cpu)),
    difference: spread(turns.map((turn) => turn[ours].cpu - turn[twin].cpu)),
  }
}
