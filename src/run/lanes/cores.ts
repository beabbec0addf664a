/** Cores that a step may use at the moment. Results do not depend on them, so they change while it runs. */
export interface Cores {
  now(): number
  /** Calls back whenever there are more or fewer, until the function that it returns is called. */
  watch(changed: (cores: number) => void): () => void
}

/** The cores of one lane, shared out among the steps that run in it. */
export interface CoreShare {
  /** A step starts that asked for so many. */
  enter(asked: number): Cores & { leave(): void }
}

/** What each gets: what it asked for, and an even share of what nobody asked for; the first get what is left over. */
export const shareCores = (capacity: number, asked: readonly number[]): number[] => {
  const free = Math.max(0, capacity - asked.reduce((sum, each) => sum + each, 0))
  const [even, over] = [Math.floor(free / asked.length), free % asked.length]
  return asked.map((each, i) => each + even + (i < over ? 1 : 0))
}

interface Seat {
  readonly asked: number
  cores: number
  readonly watchers: Set<(cores: number) => void>
}

/** Steps first, threads inside of them second: a core that runs no step of its own helps those that run. */
export const makeCoreShare = (capacity: number): CoreShare => {
  const seats = new Set<Seat>()
  const settle = (): void => {
    const all = [...seats]
    const shares = shareCores(
      capacity,
      all.map(({ asked }) => asked),
    )
    all.forEach((seat, i) => {
      if (seat.cores === shares[i]) return
      seat.cores = shares[i]!
      for (const changed of seat.watchers) changed(seat.cores)
    })
  }
  return {
    enter: asked => {
      const seat: Seat = { asked: Math.min(Math.max(1, asked), capacity), cores: 0, watchers: new Set() }
      seats.add(seat)
      settle()
      return {
        now: () => seat.cores,
        watch: changed => {
          seat.watchers.add(changed)
          return () => void seat.watchers.delete(changed)
        },
        leave: () => {
          seats.delete(seat)
          settle()
        },
      }
    },
  }
}
