import { Connection, type ConnectionState } from "./connection.js";
import type { Socket } from "./http-socket.js";
import { isEnding, Sessions } from "./sessions.js";
import type { AgentComplete, AgentFailed, AgentKilled, Ask, JobEvent } from "./wire.js";

export type Ending = AgentComplete | AgentFailed | AgentKilled;

/** How a question is asked, beside its words and its name. */
export type Options = Omit<Ask, "query" | "session_id">;

export interface DeadstopOptions {
  /** Signs in; a page that was served by the server has its cookie. */
  readonly token?: string;
}

/** What the server does not take: a connection, or a stop; or a session that it does not know. */
export class RefusedError extends Error {}

/** One run of one question. Iterated over, it yields each event once, to the end; what is not read yet waits in memory. */
export interface Job extends AsyncIterable<JobEvent> {
  readonly sessionId: string;
  /** The last event, once it has come. */
  readonly end: Promise<Ending>;
  /** Asks for the stop; answers once none of the job's processes lives any more (or it had ended before). `now` begins with SIGKILL. */
  stop(now?: boolean): Promise<Ending>;
}

/**
 * A server at an address such as `http://127.0.0.1:8642`, over a WebSocket that comes back by itself: a question is asked
 * once and its events come once, whatever cuts the line.
 */
export class Deadstop {
  private readonly connection: Connection;
  private readonly sessions: Sessions;
  private readonly jobs = new Map<string, Stream>();

  constructor(url: string, { token }: DeadstopOptions = {}) {
    this.sessions = new Sessions((event) => this.connection.send(event), {
      onEvent: (sessionId, event) => this.jobs.get(sessionId)?.take(event),
      onAccepted: () => {},
      onGone: (sessionId) => this.jobs.get(sessionId)?.fail(new RefusedError(`the server knows no session ${sessionId}`)),
      onStopRefused: (sessionId, error) => this.jobs.get(sessionId)?.refuseStop(new RefusedError(error)),
    });
    const sockets = { make: () => webSocket(url), failed: () => {} };
    const handlers = {
      onEvent: this.sessions.receive.bind(this.sessions),
      onState: (state: ConnectionState) => this.connectionChanged(state),
    };
    this.connection = new Connection(sockets, handlers, token ?? null);
    this.connection.open();
  }

  /** Asks a question of its own. */
  ask(query: string, options: Options = {}): Job {
    const job = this.stream(crypto.randomUUID());
    this.sessions.ask({ ...options, query, session_id: job.sessionId });
    return job;
  }

  /** Follows a session that exists, from the event after `afterSeq` on. */
  follow(sessionId: string, afterSeq = 0): Job {
    const job = this.stream(sessionId);
    this.sessions.follow(sessionId, afterSeq);
    return job;
  }

  /** Closes the connection. A job that nobody follows any more is stopped after the server's grace, unless it was asked `detached`. */
  close(): void {
    this.connection.close();
  }

  private stream(sessionId: string): Stream {
    const stream = new Stream(sessionId, (now) => this.sessions.stop(sessionId, now));
    this.jobs.set(sessionId, stream);
    return stream;
  }

  private connectionChanged(state: ConnectionState): void {
    if (state.kind === "open") this.sessions.takeUpAll();
    if (state.kind === "refused") for (const job of this.jobs.values()) job.fail(new RefusedError(state.error));
  }
}

class Stream implements Job {
  readonly end: Promise<Ending>;
  private readonly waiting: JobEvent[] = [];
  private settle!: { resolve(end: Ending): void; reject(error: Error): void };
  private failure: Error | null = null;
  private ended = false;
  private wake: () => void = () => {};
  private rejectStop: (error: Error) => void = () => {};

  constructor(
    readonly sessionId: string,
    private readonly askStop: (now: boolean) => void,
  ) {
    this.end = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.end.catch(() => {}); // whoever waits for it hears of it
  }

  stop(now = false): Promise<Ending> {
    if (this.ended) return this.end;
    const refused = new Promise<never>((_, reject) => (this.rejectStop = reject));
    this.askStop(now);
    return Promise.race([this.end, refused]);
  }

  /** The job goes on. */
  refuseStop(error: Error): void {
    this.rejectStop(error);
  }

  take(event: JobEvent): void {
    this.waiting.push(event);
    if (isEnding(event)) {
      this.ended = true;
      this.settle.resolve(event);
    }
    this.wake();
  }

  fail(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = error;
    this.settle.reject(error);
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<JobEvent> {
    for (;;) {
      for (let event = this.waiting.shift(); event; event = this.waiting.shift()) {
        yield event;
        if (isEnding(event)) return;
      }
      if (this.failure) throw this.failure;
      if (this.ended) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

function webSocket(url: string): Socket {
  const socket = new WebSocket(`${url.replace(/^http/, "ws").replace(/\/+$/, "")}/ws`);
  socket.binaryType = "arraybuffer";
  return socket;
}
