import { html, nothing, type TemplateResult } from "lit";

import type { Failure } from "../../model/answers/answer-state";
import { engineError } from "../../model/values/engine-error";

/** Why there is no answer, the place in the statement marked as the engine has marked it, and what to do. */
export function failureView({ error, code, hint }: Failure, testId: string): TemplateResult {
  const { words, place, further } = engineError(error);
  return html`<section class="failure" role="alert" data-testid=${testId} data-code=${code}>
    <p><strong>${words}</strong></p>
    ${place ? html`<pre data-testid="error-place">${place}</pre>` : nothing}
    ${further ? html`<p><strong>${further}</strong></p>` : nothing}
    ${hint ? html`<p data-testid="hint">${hint}</p>` : nothing}
  </section>`;
}
