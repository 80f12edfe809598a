import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { type AnswerState, ASKED } from "../../model/answers/answer-state";
import { duration } from "../../model/format";
import { proofText } from "../../model/proof";
import type { Proof, Rung } from "deadstop-client";
import { octagon } from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import { byText, doneBy, reasonText, RUNGS, whyText } from "./labels";

/** A stop: the rungs being climbed, and, once there is proof of death, by which user, on which rung, in how many ms. */
@customElement("ds-stop-report")
export class StopReport extends PageElement {
  @property({ attribute: false }) answer: AnswerState = ASKED;
  @property({ attribute: false }) user = "";

  protected override render(): TemplateResult | typeof nothing {
    const { phase, stopped, climbs } = this.answer;
    if (phase !== "stopping" && !stopped) return nothing;
    return html`<section class="stop-report" data-testid="stop-report" data-phase=${phase} aria-label="Stop">
      ${octagon}
      <div>
        <p class="what">${stopped ? this.proof(stopped) : this.underWay(climbs.at(-1)?.reason ?? "")}</p>
        <ol class="ladder" aria-label="Kill ladder">
          ${RUNGS.map(({ rung, name, does }) => this.rung(rung, name, does))}
        </ol>
      </div>
    </section>`;
  }

  private underWay(reason: string): TemplateResult {
    return html`<strong data-testid="stopping">Stopping…</strong> ${reasonText(reason)}`;
  }

  private proof(stopped: NonNullable<AnswerState["stopped"]>): TemplateResult {
    return html`<strong data-testid="stopped">Stopped</strong> by
      <span data-testid="stopped-by">${byText(stopped.by, this.user)}</span> in
      <span data-testid="stopped-ms">${duration(stopped.ms)}</span>, on rung
      <span data-testid="stopped-rung">${stopped.rung}</span> (${doneBy(stopped.rung)})${suffix(reasonText(stopped.reason))}.
      <span data-testid="stopped-why">${whyText(stopped.rung, this.answer.climbs.map(({ rung }) => rung))}</span>
      <span class="faint" data-testid="stopped-proof">${gone(stopped.proof)}</span>`;
  }

  private rung(rung: Rung, name: string, does: string): TemplateResult {
    const climb = this.answer.climbs.find((one) => one.rung === rung);
    return html`<li data-testid="rung-${rung}" data-state=${this.stateOf(rung)}>
      ${name} <span>${does}${climb && climb.ms > 0 ? ` after ${duration(climb.ms)}` : nothing}</span>
    </li>`;
  }

  /** A rung that the ladder began above was skipped; the last one climbed is the one that did it. */
  private stateOf(rung: Rung): "waiting" | "climbing" | "climbed" | "decisive" {
    const { climbs, stopped } = this.answer;
    if (stopped?.rung === rung) return "decisive";
    const at = climbs.findIndex((climb) => climb.rung === rung);
    if (at < 0) return "waiting";
    return at === climbs.length - 1 && !stopped ? "climbing" : "climbed";
  }
}

function gone(proof: Proof | null | undefined): string {
  const words = proofText(proof);
  return `The worker and everything it had started are gone${words ? `, ${words}` : ""}.`;
}

function suffix(reason: string): string {
  return reason ? `, ${reason}` : "";
}
