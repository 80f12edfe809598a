import { LitElement } from "lit";

/** An element drawn into the page itself, so that one style sheet, find-in-page and copying work across all of it. */
export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
