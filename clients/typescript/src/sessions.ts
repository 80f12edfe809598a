import type {
  AgentComplete,
  AgentFailed,
  AgentKilled,
  Ask,
  ClientEvent,
  JobEvent,
  KillErrorData,
  ServerEvent,
} from "./wire.js";

const NOT_FOUND = "not_found";
const UNAVAILABLE = "unavailable";
const ALREADY_ENDED = "already_ended";
const UNAVAILABLE_PAUSE_MS = 1000;

const ENDINGS = new Set(["agent_complete", "agent_error", "agent_killed"]);
const JOB_EVENTS = new Set(["agent_accepted", "agent_chunk", ...ENDINGS]);

export function isJobEvent(event: ServerEvent): event is JobEvent {
  return JOB_EVENTS.has(event.event);
}

export function isEnding(event: JobEvent): event is AgentComplete | AgentFailed | AgentKilled {
  return ENDINGS.has(event.event);
}

/** A question under a name that is its own. */
export type SessionAsk = Ask & { readonly session_id: string };

export interface SessionHandlers {
  /** Each event of a session, once and in order; a refusal, which has no number, too. */
  onEvent(sessionId: string, event: JobEvent): void;
  /** The server has answered the question for the first time. */
  onAccepted(sessionId: string): void;
  /** The server does not know this session, or no longer. */
  onGone(sessionId: string): void;
  /** The server could not take the stop; the job goes on. */
  onStopRefused(sessionId: string, error: string): void;
}

interface Session {
  seq: number;
  /** The question, until the server has accepted it. */
  ask: SessionAsk | null;
  /** Events were missing and have been asked for. */
  catchingUp: boolean;
  /** A stop was asked for, and nothing has been heard of it. */
  stopping: boolean;
  ended: boolean;
}

/** The sessions that a client follows, over one connection after another: nothing is missing, nothing comes twice. */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly send: (event: ClientEvent) => void,
    private readonly handlers: SessionHandlers,
    private readonly tableFormat: "json" | "arrow" = "json",
  ) {}

  ask(ask: SessionAsk): void {
    const session = this.begin(ask.session_id, 0);
    session.ask = { ...ask, options: { ...ask.options, table_format: this.tableFormat } };
    this.send({ event: "agent_query_stream", data: session.ask });
  }

  /** Follows a session that exists from the event after `afterSeq` on; one that is followed already goes on as it is. */
  follow(sessionId: string, afterSeq = 0): void {
    if (this.sessions.has(sessionId)) return;
    this.readOn(sessionId, this.begin(sessionId, afterSeq));
  }

  /** Goes on without it: what still comes of it is nobody's, and it is not taken up again. */
  forget(sessionId: string): void {
    this.sessions.delete(sessionId);
  }

  stop(sessionId: string, now = false): void {
    const session = this.sessions.get(sessionId);
    if (session && !session.ended) session.stopping = true;
    this.send({ event: "agent_kill", data: { session_id: sessionId, now } });
  }

  /** A connection stands anew: each session goes on where it was. */
  takeUpAll(): void {
    for (const [sessionId, session] of this.sessions) {
      session.catchingUp = false;
      this.takeUp(sessionId, session);
    }
  }

  /** Everything that the connection receives. */
  receive(event: ServerEvent): void {
    if (isJobEvent(event)) this.receiveJobEvent(event);
    else if (event.event === "agent_kill_error") this.receiveKillError(event.data);
    else if (event.event === "error" && event.data.session_id) this.receiveError(event.data.session_id, event.data.code);
  }

  private begin(sessionId: string, seq: number): Session {
    const session = { seq, ask: null, catchingUp: false, stopping: false, ended: false };
    this.sessions.set(sessionId, session);
    return session;
  }

  private readOn(sessionId: string, { seq }: Session): void {
    const data = { session_id: sessionId, after_seq: seq, table_format: this.tableFormat };
    this.send({ event: "agent_follow", data });
  }

  /**
   * Asks, follows, and repeats a stop that may not have arrived. A question that the server may not have seen is asked
   * again under its name, which never runs it twice.
   */
  private takeUp(sessionId: string, session: Session): void {
    if (session.ended) return;
    if (session.ask) this.send({ event: "agent_query_stream", data: session.ask });
    else this.readOn(sessionId, session);
    if (session.stopping) this.send({ event: "agent_kill", data: { session_id: sessionId, now: false } });
  }

  /** The gateway stands but what is behind it does not answer; the same again is safe. */
  private takeUpLater(sessionId: string, session: Session): void {
    setTimeout(() => this.takeUp(sessionId, session), UNAVAILABLE_PAUSE_MS);
  }

  private receiveJobEvent(event: JobEvent): void {
    const sessionId = event.data.session_id;
    const session = this.sessions.get(sessionId);
    if (!session) return;
    const { seq } = event.data;
    if (event.event === "agent_error" && event.data.code === UNAVAILABLE && seq === undefined) {
      this.takeUpLater(sessionId, session);
      return;
    }
    if (session.ask) {
      session.ask = null;
      this.handlers.onAccepted(sessionId);
    }
    if (seq === undefined || seq === session.seq + 1) this.take(sessionId, session, event);
    else if (seq > session.seq && !session.catchingUp) {
      session.catchingUp = true;
      this.readOn(sessionId, session);
    }
  }

  private take(sessionId: string, session: Session, event: JobEvent): void {
    session.seq = event.data.seq ?? session.seq;
    session.catchingUp = false;
    session.ended ||= isEnding(event);
    if (event.event === "agent_chunk" && event.data.chunk.type === "stopping") session.stopping = false;
    this.handlers.onEvent(sessionId, event);
  }

  private receiveKillError({ session_id: sessionId, error, code }: KillErrorData): void {
    const session = this.sessions.get(sessionId);
    // A job that has ended tells so by its own last event, which is on its way.
    if (!session || code === ALREADY_ENDED) return;
    session.stopping = false;
    if (code === NOT_FOUND) this.lose(sessionId, session);
    else this.handlers.onStopRefused(sessionId, error);
  }

  private receiveError(sessionId: string, code: string): void {
    const session = this.sessions.get(sessionId);
    if (!session) return;
    if (code === NOT_FOUND) this.lose(sessionId, session);
    if (code === UNAVAILABLE) this.takeUpLater(sessionId, session);
  }

  private lose(sessionId: string, session: Session): void {
    session.ended = true;
    this.handlers.onGone(sessionId);
  }
}
