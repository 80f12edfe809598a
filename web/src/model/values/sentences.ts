/** Each part as a sentence; the name of a file stays as it is. */
export function sentences(...parts: readonly (string | undefined)[]): string {
  const capital = (part: string) => (/^\S+\.\S/.test(part) ? part : part.charAt(0).toUpperCase() + part.slice(1));
  return parts.map((part) => (part ? `${capital(part).replace(/\.$/, "")}.` : "")).join(" ").trim();
}
