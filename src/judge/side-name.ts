/** What is compared: a run, or a lock. */
export interface SideName {
  readonly type: 'run' | 'lock'
  /** Id of the run; of a lock its path, or as it was named. */
  readonly name: string
  readonly recipe: string
  readonly started?: string
}
