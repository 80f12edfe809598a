import { backoffMs } from "./backoff.js";
import { decodeBinary, decodeText } from "./frames.js";
import type { Socket } from "./http-socket.js";
import type { AuthenticatedData, ClientEvent, ServerEvent } from "./wire.js";

export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "open"; readonly server: AuthenticatedData }
  | { readonly kind: "waiting"; readonly attempt: number; readonly retryAt: number }
  | { readonly kind: "refused"; readonly error: string };

export interface ConnectionHandlers {
  /** Each event that is not about the connection itself, in the order of the wire. */
  onEvent(event: ServerEvent): void;
  onState(state: ConnectionState): void;
}

/** How sockets are made. `failed` is told of one that did not lead to the server, so that the next goes another way. */
export interface Sockets {
  make(): Socket;
  failed(): void;
}

const ANSWER_LIMIT_MS = 15_000;

/**
 * One socket that signs in, and comes back by itself with growing pauses when it is lost; where one way does not lead to
 * the server, it takes the other. Knows no DOM.
 */
export class Connection {
  state: ConnectionState = { kind: "connecting" };
  private socket: Socket | null = null;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param token signs in; a page that has a cookie needs none */
  constructor(
    private readonly sockets: Sockets,
    private readonly handlers: ConnectionHandlers,
    private readonly token: string | null = null,
  ) {}

  /** Connects now, also in the middle of a pause. Harmless while a connection stands or is being made. */
  open(): void {
    if (this.socket) return;
    clearTimeout(this.timer);
    this.enter({ kind: "connecting" });
    const socket = this.sockets.make();
    socket.onopen = () => this.transmit({ event: "authenticate", data: { token: this.token, batch: true } });
    socket.onmessage = (message) => this.receive(message.data as string | ArrayBuffer);
    socket.onclose = () => this.lose(socket);
    this.socket = socket;
    // A server that accepts and then says nothing is as lost as one that does not accept.
    this.timer = setTimeout(() => this.lose(socket), ANSWER_LIMIT_MS);
  }

  /** Sends, and returns true, if the connection stands. Returns false otherwise; nothing is kept to be sent later. */
  send(event: ClientEvent): boolean {
    if (this.state.kind !== "open") return false;
    this.transmit(event);
    return true;
  }

  /** Ends it; nothing is connected again until `open`. */
  close(): void {
    clearTimeout(this.timer);
    this.detach();
  }

  /** Drops the socket, so that it is made anew: for a network that has gone away without telling the socket. */
  drop(): void {
    if (this.socket) this.lose(this.socket);
  }

  private transmit(event: ClientEvent): void {
    this.socket?.send(JSON.stringify(event));
  }

  private receive(frame: string | ArrayBuffer): void {
    const events = typeof frame === "string" ? decodeText(frame) : [decodeBinary(frame)];
    for (const event of events) this.dispatch(event);
  }

  private dispatch(event: ServerEvent): void {
    if (event.event === "authenticated") {
      clearTimeout(this.timer);
      this.failures = 0;
      this.enter({ kind: "open", server: event.data });
    } else if (event.event === "error" && this.state.kind === "connecting") {
      this.refuse(event.data.error);
    } else {
      this.handlers.onEvent(event);
    }
  }

  private refuse(error: string): void {
    clearTimeout(this.timer);
    this.detach();
    this.enter({ kind: "refused", error });
  }

  private lose(socket: Socket): void {
    if (socket !== this.socket) return;
    if (this.state.kind === "connecting") this.sockets.failed();
    this.detach();
    clearTimeout(this.timer);
    this.failures += 1;
    const pause = backoffMs(this.failures, Math.random());
    this.timer = setTimeout(() => this.open(), pause);
    this.enter({ kind: "waiting", attempt: this.failures, retryAt: Date.now() + pause });
  }

  private detach(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private enter(state: ConnectionState): void {
    this.state = state;
    this.handlers.onState(state);
  }
}
