import { cpuMs } from './cpu.ts'
import { type Spread, spread } from './statistics.ts'

/** Does one request. */
export type Act = () => Promise<unknown>
export type Counters = Readonly<{ pid: number; act: Act }>

export type Comparison = Readonly<{
  name: string
  /** CPU milliseconds a request. */
  cpu: Spread
  perSecond: number
  twin: Readonly<{ name: string; cpu: Spread; perSecond: number }>
  /** Ours by the twin's, one ratio a round. */
  ratio: Spread
  /** Ours less the twin's, CPU milliseconds. */
  difference: Spread
}>

export type Pair = Readonly<{ name: string; ours: Counters; twinName: string; twin: Counters }>

export type Plan = Readonly<{
  requests: number
  rounds: number
  warmUp: number
  connections: number
}>

type Window = Readonly<{ cpu: number; seconds: number }>

/**
 * Compares light routes: each round sends `requests` to one and then as many to the other, and the
 * next round begins with the other. What the machine does meanwhile so meets both sides of a ratio
 * alike.
 */
export async function compare(pair: Pair, plan: Plan): Promise<Comparison> {
  const { ours, twin } = pair
  for (const { act } of [ours, twin]) await repeat(act, plan.warmUp, plan.connections)
  const windows: { ours: Window; twin: Window }[] = []
  for (let round = 0; round < plan.rounds; round++) {
    const isOursFirst = round % 2 === 0
    const first = await measure(isOursFirst ? ours : twin, plan)
    const second = await measure(isOursFirst ? twin : ours, plan)
    windows.push(isOursFirst ? { ours: first, twin: second } : { ours: second, twin: first })
  }
  const perSecond = (side: 'ours' | 'twin') =>
    spread(windows.map((window) => plan.requests / window[side].seconds)).median
  return {
    name: pair.name,
    cpu: spread(windows.map((window) => window.ours.cpu)),
    perSecond: perSecond('ours'),
    twin: {
      name: pair.twinName,
      cpu: spread(windows.map((window) => window.twin.cpu)),
      perSecond: perSecond('twin'),
    },
    ratio: spread(windows.map((window) => window.ours.cpu / window.twin.cpu)),
    difference: spread(windows.map((window) => window.ours.cpu - window.twin.cpu)),
  }
}

async function measure(
  { pid, act }: Counters,
  { requests, connections }: { requests: number; connections: number },
): Promise<Window> {
  const from = { cpu: cpuMs(pid), at: performance.now() }
  await repeat(act, requests, connections)
  const seconds = (performance.now() - from.at) / 1000
  return { cpu: (cpuMs(pid) - from.cpu) / requests, seconds }
}

async function repeat(act: Act, times: number, connections: number): Promise<void> {
  let left = times
  const worker = async () => {
    while (left > 0) {
      left -= 1
      await act()
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
}

/** CPU milliseconds and elapsed milliseconds of one act each. */
export type Turn<Name extends string> = Readonly<Record<Name, { cpu: number; ms: number }>>

/**
 * Compares acts that hash a password: two large figures whose difference is wanted. They take turns
 * one by one, so that two figures of a turn are measured within half a second of each other. What a
 * process still does after its answer is counted for the act that caused it: until another act
 * needs the process.
 */
export async function takeTurns<Name extends string>(
  sides: Readonly<Record<Name, Counters>>,
  turns: number,
): Promise<Turn<Name>[]> {
  const names = Object.keys(sides) as Name[]
  const results: Turn<Name>[] = []
  for (let turn = 0; turn < turns; turn++) {
    const order = turn % 2 === 0 ? names : names.toReversed()
    const entries: [Name, { cpu: number; ms: number }][] = []
    for (const name of order) {
      const { pid, act } = sides[name]
      const from = { cpu: cpuMs(pid), at: performance.now() }
      await act()
      const ms = performance.now() - from.at
      await settled(pid)
      entries.push([name, { cpu: cpuMs(pid) - from.cpu, ms }])
    }
    // Every name is there: they are the keys of `sides`.
    results.push(Object.fromEntries(entries) as Turn<Name>)
  }
  return results
}

/** Waits until a process does nothing any more. */
async function settled(pid: number): Promise<void> {
  for (let look = 0; look < 20; look++) {
    const before = cpuMs(pid)
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (cpuMs(pid) - before < 0.05) return
  }
}
