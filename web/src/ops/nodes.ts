import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { PageElement } from "../elements/page-element";
import "../styles/dialog.css";
import { drainNode } from "./api";
import "./nodes.css";
import type { NodeRow } from "./stats";

const HEADS = ["node", "state", "jobs", "warm workers", "held by", "offers", "why", ""];
const HELD_BY: Readonly<Record<string, string>> = { cgroup: "control groups", node_reaped: "a namespace" };
const OUT: ReadonlySet<NodeRow["state"]> = new Set(["draining", "left"]);

/** The machines on which questions run, each to be let go and taken back. Says `changed` with all of them. */
@customElement("ds-nodes")
export class Nodes extends PageElement {
  @property({ attribute: false }) nodes: readonly NodeRow[] = [];
  @state() private toDrain: NodeRow | null = null;
  @state() private failure = "";
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  protected override render(): TemplateResult {
    return html`<h3 id="nodes-title">Nodes</h3>
      ${this.failure ? html`<p class="warning" role="alert" data-testid="nodes-error">${this.failure}</p>` : nothing}
      <div class="jobs" tabindex="0" role="region" aria-labelledby="nodes-title">
        <table>
          <thead>
            <tr>${HEADS.map((name) => html`<th scope="col">${name || html`<span class="unseen">drain</span>`}</th>`)}</tr>
          </thead>
          <tbody>
            ${repeat(this.nodes, ({ name }) => name, (node) => this.row(node))}
          </tbody>
        </table>
      </div>
      ${this.confirming()}`;
  }

  private row(node: NodeRow): TemplateResult {
    const { name, state, jobs, slots, workers, proof } = node;
    return html`<tr data-testid="node" data-node=${name} data-state=${state}>
      <td>${name}</td>
      <td class="state">${state}</td>
      <td>${slots > 0 ? `${jobs} of ${slots}` : ""}</td>
      <td>${slots > 0 ? workers - jobs : ""}</td>
      <td>${(proof && HELD_BY[proof]) ?? ""}</td>
      <td>${(node.resources ?? []).join(", ")}</td>
      <td class="why">${node.why}</td>
      <td>${this.button(node)}</td>
    </tr>`;
  }

  private button(node: NodeRow): TemplateResult | typeof nothing {
    if (OUT.has(node.state)) {
      return html`<button class="quiet small" @click=${() => this.drain(node, true)} data-testid="take-back">Take back<span class="unseen"> ${node.name}</span></button>`;
    }
    if (node.slots === 0) return nothing; // nobody is there yet
    return html`<button class="quiet small" @click=${() => this.ask(node)} data-testid="drain">Drain<span class="unseen"> ${node.name}</span></button>`;
  }

  private confirming(): TemplateResult {
    const { name = "", jobs = 0 } = this.toDrain ?? {};
    const running = jobs === 0 ? "Nothing runs there." : `${jobs === 1 ? "The one that runs there goes" : `The ${jobs} that run there go`} on to the end.`;
    return html`<dialog aria-labelledby="drain-title" @close=${this.answered} data-testid="drain-dialog">
      <form method="dialog">
        <h2 id="drain-title">Drain ${name}?</h2>
        <p>It gets no more questions. ${running} Then the node ends, and stays out until it is taken back.</p>
        <p class="answers">
          <button class="quiet" value="" autofocus data-testid="drain-not">Keep it</button>
          <button class="primary" value="drain" data-testid="drain-yes">Drain</button>
        </p>
      </form>
    </dialog>`;
  }

  private async ask(node: NodeRow): Promise<void> {
    this.toDrain = node;
    await this.updateComplete;
    this.dialog.returnValue = "";
    this.dialog.showModal();
  }

  private answered(): void {
    if (this.toDrain && this.dialog.returnValue === "drain") void this.drain(this.toDrain, false);
    this.toDrain = null;
  }

  private async drain({ name }: NodeRow, undo: boolean): Promise<void> {
    try {
      this.dispatchEvent(new CustomEvent("changed", { detail: await drainNode(name, undo) }));
      this.failure = "";
    } catch (error) {
      this.failure = (error as Error).message;
    }
  }
}
