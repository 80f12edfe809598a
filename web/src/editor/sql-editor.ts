import { autocompletion, closeBrackets, type CompletionContext, completionKeymap, type CompletionResult, completionStatus } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { PostgreSQL, sql } from "@codemirror/lang-sql";
import { bracketMatching, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { LitElement, type TemplateResult, html } from "lit";
import { customElement, property } from "lit/decorators.js";

import { columnOptions, type TableColumns } from "./columns";
import { colours, theme } from "./theme";

const WORD = /[\p{L}_][\p{L}\p{N}_]*/u;
/** Where no column can stand. */
const TEXTS: ReadonlySet<string> = new Set(["String", "QuotedIdentifier", "LineComment", "BlockComment"]);

/**
 * A field for one statement, with colours and with completion of keywords, tables and columns. Says `run` on Ctrl Enter
 * and `cancel` on Escape. It has a shadow root: a strict Content-Security-Policy lets the editor's styles in only there.
 */
@customElement("ds-sql-editor")
export class SqlEditor extends LitElement {
  /** What it begins with. */
  @property({ attribute: false }) statement = "";
  @property({ attribute: false }) tables: TableColumns = {};
  private view: EditorView | null = null;

  /** The statement as it stands. */
  get text(): string {
    return this.view?.state.doc.toString() ?? this.statement;
  }

  override focus(): void {
    this.view?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.view?.destroy();
    this.view = null;
  }

  protected override render(): TemplateResult {
    return html`<div></div>`;
  }

  protected override firstUpdated(): void {
    this.view = new EditorView({
      doc: this.statement,
      root: this.renderRoot as ShadowRoot,
      parent: this.renderRoot.querySelector("div") as HTMLElement,
      extensions: [
        Prec.highest(keymap.of(this.keys())),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        history(),
        closeBrackets(),
        bracketMatching(),
        autocompletion({ icons: false }),
        sql({ dialect: PostgreSQL, schema: Object.fromEntries(Object.entries(this.tables)), upperCaseKeywords: false }),
        PostgreSQL.language.data.of({ autocomplete: (context: CompletionContext) => this.columns(context) }),
        syntaxHighlighting(colours),
        theme,
        EditorView.domEventHandlers({ beforeinput: replaced }),
        EditorState.tabSize.of(2),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "SQL", "data-testid": "sql-editor" }),
      ],
    });
    this.view.focus();
  }

  /** Escape first closes the list of completions; Tab leaves the field, as it does everywhere else. */
  private keys(): { key: string; run: (view: EditorView) => boolean }[] {
    return [
      { key: "Mod-Enter", run: () => this.say("run") },
      { key: "Escape", run: ({ state }) => completionStatus(state) === null && this.say("cancel") },
    ];
  }

  /** A column without its table before it; behind a point the language's own completion knows better. */
  private columns(context: CompletionContext): CompletionResult | null {
    const { state, pos, explicit } = context;
    const from = context.matchBefore(WORD)?.from ?? (explicit ? pos : null);
    if (from === null || state.sliceDoc(from - 1, from) === "." || TEXTS.has(syntaxTree(state).resolveInner(pos, -1).name)) return null;
    return { from, options: columnOptions(state.doc.toString(), this.tables).map((option) => ({ ...option, type: "property" })), validFor: WORD };
  }

  private say(what: string): boolean {
    this.dispatchEvent(new CustomEvent(what));
    return true;
  }
}

/**
 * Types over what is selected. The browser by itself would give the new text the colours of the old one as inline
 * styles, which the Content-Security-Policy reports.
 */
function replaced(event: InputEvent, view: EditorView): boolean {
  const { state } = view;
  if (event.inputType !== "insertText" || event.data === null || event.isComposing || state.selection.main.empty) return false;
  event.preventDefault();
  view.dispatch(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  return true;
}
