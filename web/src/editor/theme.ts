import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The colours that statements have elsewhere on the page. */
export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operator], color: "light-dark(#6a3a9c, #c9a3f2)" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "light-dark(#0b5f87, #7fc4e8)" },
  { tag: tags.string, color: "light-dark(#24663c, #93d3a2)" },
  { tag: [tags.number, tags.bool, tags.null], color: "light-dark(#96440d, #f0b183)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

export const theme = EditorView.theme({
  "&": { border: "1px solid var(--accent)", borderRadius: "var(--radius)", background: "var(--surface)", color: "var(--ink)" },
  "&.cm-focused": { outline: "1px solid var(--accent)" },
  ".cm-scroller": { maxHeight: "26rem", font: "0.8125rem/1.6 var(--mono)" },
  ".cm-content": { padding: "0.8rem 0.4rem", caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--accent-soft)" },
  ".cm-tooltip": { border: "1px solid var(--line-strong)", background: "var(--surface)", color: "var(--ink)" },
  ".cm-tooltip-autocomplete > ul": { font: "0.8125rem/1.6 var(--mono)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent-soft)", color: "var(--ink)" },
  ".cm-completionDetail": { color: "var(--muted)" },
});
