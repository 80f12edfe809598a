/** Speaks with a Deadstop server. `Deadstop` asks, follows and stops; the parts below it are for pages with a state of their own. */
export { backoffMs } from "./backoff.js";
export { Deadstop, type DeadstopOptions, type Ending, type Job, type Options, RefusedError } from "./client.js";
export { Connection, type ConnectionHandlers, type ConnectionState, type Sockets } from "./connection.js";
export { decodeBinary, decodeText } from "./frames.js";
export { HttpSocket, type Socket } from "./http-socket.js";
export { isEnding, isJobEvent, type SessionAsk, type SessionHandlers, Sessions } from "./sessions.js";
export { type Transport, Transports } from "./transports.js";
import type { NodeChunk } from "./wire.js";

export type * from "./wire.js";
export { PROTOCOL_VERSION } from "./wire.js";

/** What a step of an agent, a call of a model or a look at the data has come to. */
export type NodePhase = NodeChunk["state"];
