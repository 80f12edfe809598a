import type { AuthenticatedData } from "deadstop-client";
import type { Asked, Turn } from "./conversation";
import type { Draft } from "./drafts";

/** Who can be asked: agents and models, the server's default one first. */
export class Choices {
  agents: readonly string[] = [];
  /** None without a model. */
  models: readonly string[] = [];
  /** What the models cost, by name, where that is known. */
  prices: AuthenticatedData["prices"] = {};

  know(server: AuthenticatedData): void {
    this.agents = server.agents;
    this.models = server.models;
    this.prices = server.prices ?? {};
  }

  /**
   * Who is asked next: those chosen in the draft, else the conversation's last ones, else the server's default.
   *
   * @param modelOf the model that has answered a question, or was chosen for it
   */
  next(turns: readonly Turn[], draft: Draft, modelOf: (turn: Turn) => string): Asked {
    return {
      agent: firstOf(this.agents, [draft.agent, turns.at(-1)?.agent ?? ""]),
      // Where there is no choice none is made: the server's default may be another one tomorrow.
      model: this.models.length > 1 ? firstOf(this.models, [draft.model, ...turns.toReversed().map(modelOf)]) : "",
    };
  }
}

/** The first of the wanted that there is; else the first that there is. */
function firstOf(those: readonly string[], wanted: readonly string[]): string {
  return wanted.find((name) => those.includes(name)) ?? those[0] ?? "";
}
