/** What a connection needs of a socket; a WebSocket has it. */
export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((message: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(frame: string): void;
  close(): void;
}

/**
 * The same frames without a WebSocket, for networks that let none through: those of the server come as server-sent
 * events, ours go as POST requests, one after the other. A request that fails is the end of the socket.
 */
export class HttpSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  private readonly events: EventSource;
  private address = "";
  private sent: Promise<void> = Promise.resolve();
  private closed = false;

  /** @param address of the server's connections, such as `/api/connection` */
  constructor(address: string) {
    this.events = new EventSource(address);
    this.events.addEventListener("opened", (event) => {
      this.address = `${address}/${JSON.parse(event.data as string).connection_id}`;
      this.onopen?.(event);
    });
    this.events.onmessage = (message) => this.onmessage?.(message);
    this.events.addEventListener("binary", ({ data }) => {
      this.onmessage?.(new MessageEvent("message", { data: bytesOf(data as string).buffer }));
    });
    this.events.addEventListener("close", () => this.end());
    this.events.onerror = () => this.end(); // it would come back by itself, to another connection
  }

  send(frame: string): void {
    this.sent = this.sent.then(() => this.post(frame));
  }

  close(): void {
    this.closed = true;
    this.events.close();
  }

  private async post(frame: string): Promise<void> {
    if (this.closed) return;
    try {
      const answer = await fetch(this.address, { method: "POST", body: frame });
      if (!answer.ok) this.end();
    } catch {
      this.end();
    }
  }

  private end(): void {
    if (this.closed) return;
    this.close();
    this.onclose?.(new CloseEvent("close"));
  }
}

/** The bytes that stand in a base64 text. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
