import type { Conversation } from "./conversation";

/** Where conversations are remembered between visits, newest first. */
export interface ConversationStore {
  list(): readonly Conversation[];
  save(conversation: Conversation): void;
}

const KEPT = 100;

/**
 * Conversations in the browser: only what was asked and under which names; the answers themselves are followed again
 * from the server. Each user has a list of their own, because session names belong to a user.
 */
export class BrowserStore implements ConversationStore {
  private readonly key: string;

  constructor(
    private readonly storage: Storage,
    userId: string,
  ) {
    this.key = `deadstop.conversations.${userId}`;
  }

  list(): readonly Conversation[] {
    try {
      return JSON.parse(this.storage.getItem(this.key) ?? "[]") as Conversation[];
    } catch {
      return []; // Written by something else: an unreadable list must not keep the page from opening.
    }
  }

  /** Reads before it writes, because another tab may have saved since. A full storage forgets the oldest half. */
  save(conversation: Conversation): void {
    const others = this.list().filter((other) => other.id !== conversation.id);
    const all = [conversation, ...others].slice(0, KEPT);
    try {
      this.storage.setItem(this.key, JSON.stringify(all));
    } catch {
      this.storage.setItem(this.key, JSON.stringify(all.slice(0, Math.ceil(all.length / 2))));
    }
  }
}
