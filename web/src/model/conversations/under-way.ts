/**
 * The conversations in which this browser has asked something that has not ended. They are followed again after a
 * reload, so that none of them counts as abandoned; writing them also tells the other tabs that something has changed.
 */
export class UnderWay {
  private readonly key: string;

  constructor(
    private readonly storage: Storage,
    userId: string,
  ) {
    this.key = `deadstop.underway.${userId}`;
  }

  ids(): readonly string[] {
    try {
      return (JSON.parse(this.storage.getItem(this.key) ?? "{}") as { ids?: string[] }).ids ?? [];
    } catch {
      return [];
    }
  }

  /** Reads before it writes, because another tab may have written since. */
  note(id: string, underWay: boolean): void {
    const others = this.ids().filter((other) => other !== id);
    // The time makes every note a change, which is what other tabs hear of.
    this.storage.setItem(this.key, JSON.stringify({ ids: underWay ? [id, ...others] : others, at: Date.now() }));
  }
}
