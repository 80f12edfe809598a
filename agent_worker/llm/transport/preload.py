"""What a model client needs and a fork can share, built once before the fork."""

import ssl

import anthropic
import httpx2

_shared: ssl.SSLContext | None = None


def preload() -> None:
    """Build the TLS context and warm the SDK's lazy imports: a client made after the fork then costs 2 ms, not 50
    to 100. Starts no thread and opens no connection."""
    global _shared
    _shared = httpx2.create_ssl_context()
    client = anthropic.AsyncAnthropic(
        api_key="none",
        http_client=anthropic.DefaultAsyncHttpxClient(verify=_shared),
        open_telemetry=False,
    )
    _ = client.messages


def tls_context(root_url: str) -> ssl.SSLContext | None:
    """The shared context; without a preload a new one where the address needs TLS, and None where it does not."""
    if _shared is not None or not root_url.startswith("https:"):
        return _shared
    return httpx2.create_ssl_context()
