import type { Sockets } from "./connection.js";
import { HttpSocket, type Socket } from "./http-socket.js";

/** How a connection is made; `auto` takes the first way that works. */
export type Transport = "auto" | "websocket" | "http";

type Way = Exclude<Transport, "auto">;

/** The ways to the server, each tried after the one before it has not led there. Knows which one did last. */
export class Transports implements Sockets {
  private at = 0;

  constructor(
    private readonly host: string,
    private readonly secure: boolean,
    private readonly chosen: () => Transport,
  ) {}

  /** A new socket. */
  make(): Socket {
    return this.way === "http" ? new HttpSocket("/api/connection") : this.webSocket();
  }

  /** The last socket did not lead to the server: the next one goes another way, if the reader leaves us the choice. */
  failed(): void {
    this.at += 1;
  }

  get way(): Way {
    const chosen = this.chosen();
    if (chosen !== "auto") return chosen;
    return this.at % 2 === 0 ? "websocket" : "http";
  }

  private webSocket(): Socket {
    const socket = new WebSocket(`${this.secure ? "wss" : "ws"}://${this.host}/ws`);
    socket.binaryType = "arraybuffer";
    return socket;
  }
}
