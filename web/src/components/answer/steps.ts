import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { type AnswerState, ASKED, type LookState, type NodeState } from "../../model/answers/answer-state";
import { duration } from "../../model/format";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

/** The bundled agent's nodes stand from the beginning, so that nothing moves when they start. */
const BUNDLED = ["planner", "executor", "answer"];
const TICK_MS = 1000;

/** The agent's nodes, with their states and how long they took, and the time since the question. */
@customElement("ds-steps")
export class Steps extends PageElement {
  @property({ attribute: false }) answer: AnswerState = ASKED;
  /** Unix milliseconds. */
  @property({ attribute: false }) askedAt = 0;
  @property({ attribute: false }) live = false;
  @state() private now = Date.now();
  private timer: ReturnType<typeof setInterval> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.tick(false);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("live")) this.tick(this.live);
  }

  protected override render(): TemplateResult {
    const elapsed = Math.floor(Math.max(0, this.now - this.askedAt) / TICK_MS);
    return html`<div class="steps">
      <ol aria-label="Steps">
        ${this.nodes().map((node) => this.node(node))}
      </ol>
      ${this.live ? html`<span class="elapsed" data-testid="elapsed">${elapsed} s</span>` : nothing}
    </div>
      ${this.looks()}`;
  }

  private node(node: NodeState | { name: string; phase: "waiting" }): TemplateResult {
    const unfinished = node.phase === "started" && !this.live;
    const phase = unfinished ? "interrupted" : node.phase;
    return html`<li data-testid="node-${node.name}" data-state=${phase} aria-current=${phase === "started" ? "step" : nothing}>
      <span class="mark" aria-hidden="true">${mark(phase)}</span>${node.name}<span class="unseen">, ${phase}</span>
      ${"ms" in node && node.phase !== "started" ? html`<span class="ms">${duration(node.ms)}</span>` : nothing}
    </li>`;
  }

  /** What a model has looked at before it answered. */
  private looks(): TemplateResult | typeof nothing {
    const { looks } = this.answer;
    if (looks.length === 0) return nothing;
    return html`<ol class="looks" aria-label="Looks at the data" data-testid="looks">
      ${looks.map((look) => this.look(look))}
    </ol>`;
  }

  private look({ name, about, phase, ms, found }: LookState): TemplateResult {
    const state = phase === "started" && !this.live ? "interrupted" : phase;
    return html`<li data-testid="look" data-state=${state}>
      <span class="mark" aria-hidden="true">${mark(state)}</span>${name}
      <code title=${about}>${about}</code><span class="unseen">, ${state}</span>
      ${phase === "started" ? nothing : html`<span class="found">${found}</span><span class="ms">${duration(ms)}</span>`}
    </li>`;
  }

  private nodes(): readonly (NodeState | { name: string; phase: "waiting" })[] {
    const { nodes } = this.answer;
    const known = new Map(nodes.map((node) => [node.name, node]));
    if (!this.live || nodes.some(({ name }) => !BUNDLED.includes(name))) return nodes;
    return BUNDLED.map((name) => known.get(name) ?? { name, phase: "waiting" });
  }

  private tick(running: boolean): void {
    if (running && !this.timer) this.timer = setInterval(() => (this.now = Date.now()), TICK_MS);
    if (running) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function mark(phase: string): TemplateResult | typeof nothing {
  if (phase === "finished") return html`${icons.check}`;
  if (phase === "failed" || phase === "interrupted") return html`${icons.cross}`;
  return html`<span class="dot"></span>`;
}
