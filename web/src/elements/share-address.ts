const PREFIX = "#/s/";

/** The address of a share within the page, which outlives signing in. */
export const shareAddress = (id: string): string => PREFIX + encodeURIComponent(id);

/** Where a share is read whose address within the page this is; empty for any other. */
export function sharePath(hash: string): string {
  const id = hash.startsWith(PREFIX) ? hash.slice(PREFIX.length) : "";
  return /^[\w%-]+$/.test(id) ? `/s/${id}` : "";
}
