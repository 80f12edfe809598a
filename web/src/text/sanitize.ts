import DOMPurify from "dompurify";

const TAGS = [
  ..."a blockquote br code del div em h1 h2 h3 h4 h5 h6 hr li ol p pre span strong".split(" "),
  ..."table tbody td th thead tr ul".split(" "),
];
const ATTRIBUTES = ["align", "class", "href", "rel", "start", "target"];

/** Untrusted HTML as nodes without scripts, styles, pictures, forms, or addresses other than http, https and mailto. */
export function sanitized(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
    // DOMPurify holds these against the pattern of addresses too, and would drop them.
    ADD_URI_SAFE_ATTR: ["align", "rel", "start", "target"],
    RETURN_DOM_FRAGMENT: true,
  });
}
