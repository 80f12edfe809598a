/** What has been typed or chosen in a conversation and not been asked yet. */
export interface Draft {
  readonly text: string;
  /** Questions to be asked, one after the other, as soon as the answer under way is complete. */
  readonly queued: readonly string[];
  /** The agent for the next question; empty for the conversation's last one. */
  readonly agent: string;
  /** The model for the next question; empty for the conversation's last one. */
  readonly model: string;
  /** A question of the branch that is shown; empty for the one in which something was asked last. */
  readonly branch: string;
}

export const NO_DRAFT: Draft = { text: "", queued: [], agent: "", model: "", branch: "" };

/** The drafts of a tab, one for each conversation; a reload keeps them. */
export class Drafts {
  private key = "";
  private readonly drafts = new Map<string, Draft>();

  constructor(private readonly storage: Storage) {}

  /** Brings back what this user had typed here; what has been typed since the page was loaded wins. */
  belongTo(userId: string): void {
    this.key = `deadstop.drafts.${userId}`;
    for (const [conversation, draft] of this.stored()) {
      if (!this.drafts.has(conversation)) this.drafts.set(conversation, draft);
    }
  }

  /** @param conversation its id; empty for one without a question yet */
  of(conversation: string): Draft {
    return { ...NO_DRAFT, ...this.drafts.get(conversation) };
  }

  change(conversation: string, changes: Partial<Draft>): void {
    const draft = { ...NO_DRAFT, ...this.of(conversation), ...changes };
    const { text, queued, agent, model, branch } = draft;
    if (text || queued.length > 0 || agent || model || branch) this.drafts.set(conversation, draft);
    else this.drafts.delete(conversation);
    if (this.key) this.storage.setItem(this.key, JSON.stringify([...this.drafts]));
  }

  private stored(): [string, Draft][] {
    try {
      return JSON.parse(this.storage.getItem(this.key) ?? "[]") as [string, Draft][];
    } catch {
      return [];
    }
  }
}
