import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time that a process has used so far, milliseconds, user and system, all its threads. On Linux
 * from the scheduler's own counter, which is exact to the microsecond; elsewhere from `ps`, to 10
 * ms.
 */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return psCpuMs(pid)
  return readdirSync(tasks)
    .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0)
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` */
function psCpuMs(pid: number): number {
  const text = execFileSync('ps', ['-o', 'time=', '-p', `${pid}`], { encoding: 'utf8' }).trim()
  const [clock = '', days = '0'] = text.split('-').reverse()
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return (Number(days) * 86_400 + seconds) * 1000
}

/** The processes that this one has started and that run a program of this name. */
export function childrenNamed(name: string): number[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)/.exec(line) ?? []
      const isOurs = Number(parent) === process.pid && command.split('/').at(-1) === name
      return isOurs ? [Number(pid)] : []
    })
}
