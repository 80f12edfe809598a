import DOMPurify from "dompurify";

const TAGS = [
  ..."blockquote br code del div em h1 h2 h3 h4 h5 h6 hr li ol p pre span strong".split(" "),
  ..."table tbody td th thead tr ul".split(" "),
];
const ATTRIBUTES = ["align", "class", "start"];

/** Untrusted HTML as nodes without scripts, styles, pictures, forms, or links. */
export function sanitized(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    RETURN_DOM_FRAGMENT: true,
  });
}
