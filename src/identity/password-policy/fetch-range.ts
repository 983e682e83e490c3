import type { Deps } from '../../platform/deps'

/** A padded range has about 80 KB. */
const MAX_RANGE_BYTES = 256 * 1024

/**
 * Says which way a range could not be had, in words of ours: those of the runtime may hold the URL.
 */
export class RangeUnavailable extends Error {}

/**
 * Asks for a range, once and for a bounded time; throws `RangeUnavailable` for whatever is no good
 * answer.
 */
export async function fetchRange(
  { patience }: Pick<Deps, 'patience'>,
  url: string,
): Promise<string> {
  const signal = AbortSignal.timeout(patience.rangeList)
  try {
    const response = await fetch(url, {
      headers: { 'Add-Padding': 'true', 'User-Agent': 'phantom-security' },
      redirect: 'manual',
      signal,
    })
    if (response.status === 200) return await readRange(response.body)
    await response.body?.cancel()
    throw new RangeUnavailable(`status ${response.status}`)
  } catch (error) {
    if (error instanceof RangeUnavailable) throw error
    throw new RangeUnavailable(
      signal.aborted ? `no answer in ${patience.rangeList} ms` : 'no connection',
    )
  }
}

async function readRange(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    if (length > MAX_RANGE_BYTES) throw new RangeUnavailable(`over ${MAX_RANGE_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}
