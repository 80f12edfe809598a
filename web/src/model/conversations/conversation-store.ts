import type { ConversationList, OutsideConversation } from "deadstop-client";
import { sentences } from "../values/sentences";
import type { Conversation, Rating } from "./conversation";

/** A conversation as the list shows it. */
export interface Listed {
  readonly id: string;
  readonly title: string;
  readonly running: boolean;
  /** When something was last asked or answered in it, in Unix milliseconds. */
  readonly updatedAt: number;
}

const ADDRESS = "/api/conversations";

/** The server did not do what it was asked; the text is its own. */
export class StoreError extends Error {}

/** It wants to know first who asks. */
export class SignInNeeded extends StoreError {}

/** The signed-in user's conversations, as the server keeps them: the same in every browser. */
export class ConversationStore {
  listed: readonly Listed[] = [];
  /** True when the list goes on. */
  more = false;
  private words = "";
  private readings = 0;
  private pages = 1;

  constructor(private readonly changed: () => void) {}

  /** Shows those in which all these words stand. */
  async search(words: string): Promise<void> {
    this.words = words;
    this.pages = 1;
    await this.refresh();
  }

  async showMore(): Promise<void> {
    this.pages += 1;
    await this.refresh();
  }

  /** Reads the list anew; of several readings under way the last one counts. A server that is away changes nothing. */
  async refresh(): Promise<void> {
    const reading = ++this.readings;
    try {
      const found = await this.read();
      if (reading !== this.readings) return;
      [this.listed, this.more] = found;
      this.changed();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** A conversation with its questions; null where the server knows none of this name. */
  async load(id: string): Promise<Conversation | null> {
    const response = await asked("GET", id);
    if (response.status === 404) return null;
    const { title, jobs } = (await json(response)) as OutsideConversation;
    return {
      id,
      title,
      turns: jobs.map((job) => ({
        sessionId: job.session_id,
        query: job.query,
        agent: job.agent,
        model: "",
        clarification: job.user_clarification,
        askedAt: job.created_at * 1000,
        ended: job.ended_at !== null,
        follows: job.follows,
        rating: { verdict: job.verdict, comment: job.comment },
      })),
    };
  }

  async rename(id: string, title: string): Promise<void> {
    await json(await asked("PATCH", id, { title }));
    await this.refresh();
  }

  /** Refused while a question of it runs. */
  async remove(id: string): Promise<void> {
    const response = await asked("DELETE", id);
    if (response.status !== 404) await json(response);
    await this.refresh();
  }

  /** Keeps what the person thinks of an ended answer. */
  async rate(jobId: string, rating: Rating): Promise<void> {
    await json(await fetched("PUT", `/api/jobs/${encodeURIComponent(jobId)}/rating`, rating));
  }

  private async read(): Promise<[readonly Listed[], boolean]> {
    const listed: Listed[] = [];
    let after: string | null = "";
    for (let page = 0; page < this.pages && after !== null; page += 1) {
      const query = new URLSearchParams({ q: this.words, after });
      const found = (await json(await asked("GET", `?${query}`))) as ConversationList;
      for (const { conversation_id: id, title, running, updated_at } of found.conversations) {
        listed.push({ id, title, running: Boolean(running), updatedAt: updated_at * 1000 });
      }
      after = found.next;
    }
    return [listed, after !== null];
  }
}

async function asked(method: string, what: string, body?: object): Promise<Response> {
  return await fetched(method, what.startsWith("?") ? ADDRESS + what : `${ADDRESS}/${encodeURIComponent(what)}`, body);
}

/** Raises `StoreError` where there is no answer. */
export async function fetched(method: string, address: string, body?: object): Promise<Response> {
  try {
    return await fetch(address, { method, cache: "no-store", ...(body ? { body: JSON.stringify(body) } : {}) });
  } catch (error) {
    throw new StoreError("The server cannot be reached.", { cause: error });
  }
}

/** What an answer holds. Raises `StoreError` where that is an error. */
export async function json(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  let found: unknown;
  try {
    found = await response.json();
  } catch (error) {
    throw new StoreError(`The server answered ${response.status}.`, { cause: error });
  }
  if (!response.ok) {
    const { error, hint } = found as { error: string; hint: string };
    throw new (response.status === 401 ? SignInNeeded : StoreError)(sentences(error, hint));
  }
  return found;
}
