import type { Conversation } from "./conversation";

/** Where conversations are remembered between visits, newest first. */
export interface ConversationStore {
  list(): readonly Conversation[];
  save(conversation: Conversation): void;
  forget(id: string): void;
}

const KEPT = 100;

/**
 * Conversations in the browser: only what was asked and under which names; the answers themselves are followed again
 * from the server. Each user has a list of their own, because session names belong to a user.
 */
export class BrowserStore implements ConversationStore {
  private readonly key: string;
  private read: { text: string; list: readonly Conversation[] } = { text: "[]", list: [] };

  constructor(
    private readonly storage: Storage,
    userId: string,
  ) {
    this.key = `deadstop.conversations.${userId}`;
  }

  /** Read at every frame while the list is in view, and parsed only when another tab or this one has written. */
  list(): readonly Conversation[] {
    const text = this.storage.getItem(this.key) ?? "[]";
    if (text !== this.read.text) this.read = { text, list: parsed(text) };
    return this.read.list;
  }

  /** Reads before it writes, because another tab may have saved since. */
  save(conversation: Conversation): void {
    const others = this.list().filter((other) => other.id !== conversation.id);
    this.write([conversation, ...others].slice(0, KEPT));
  }

  forget(id: string): void {
    this.write(this.list().filter((conversation) => conversation.id !== id));
  }

  /** A full storage forgets the oldest half. */
  private write(conversations: readonly Conversation[]): void {
    try {
      this.storage.setItem(this.key, JSON.stringify(conversations));
    } catch {
      this.storage.setItem(this.key, JSON.stringify(conversations.slice(0, Math.ceil(conversations.length / 2))));
    }
  }
}

/** An unreadable list, written by something else, must not keep the page from opening. */
function parsed(text: string): readonly Conversation[] {
  try {
    return JSON.parse(text) as Conversation[];
  } catch {
    return [];
  }
}
