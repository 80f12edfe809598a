import type { ConversationStore } from "./conversation-store";
import { type Conversation, merged } from "./conversation";

/** Conversations that were shown, or are followed, in this visit: what this page knows goes before what it reads. */
export class OpenedConversations {
  private readonly known = new Map<string, Conversation>();

  constructor(private readonly store: ConversationStore) {}

  get(id: string): Conversation | undefined {
    return this.known.get(id);
  }

  keep(conversation: Conversation): void {
    this.known.set(conversation.id, conversation);
  }

  drop(id: string): void {
    this.known.delete(id);
  }

  /** As the server knows it, and with what only this page knows; null where the server has none. Raises `StoreError`. */
  async load(id: string): Promise<Conversation | null> {
    const there = await this.store.load(id);
    if (!there) return null;
    const conversation = merged(this.known.get(id), there);
    this.keep(conversation);
    return conversation;
  }

  /** The conversation in which this question was asked. */
  ownerOf(sessionId: string): Conversation | undefined {
    for (const conversation of this.known.values()) {
      if (conversation.turns.some((turn) => turn.sessionId === sessionId)) return conversation;
    }
    return undefined;
  }
}
