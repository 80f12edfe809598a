/**
 * A refused WebSocket does not say why. Where the server is there but no longer knows the cookie, loading the page
 * anew leads to its sign-in page.
 */
export async function reloadIfSignedOut(): Promise<void> {
  try {
    const response = await fetch("/api/jobs?state=running", { cache: "no-store" });
    if (response.status === 401) location.reload();
  } catch {
    // The server is not there at all; the connection keeps trying.
  }
}
