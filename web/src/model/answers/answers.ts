import * as events from "./answer-events";
import { type AnswerState, ASKED, hasEnded, placeOf } from "./answer-state";
import { type Ask, type ClientEvent, isJobEvent, type JobEvent, type ServerEvent } from "../wire/protocol";

const NOT_FOUND = "not_found";
const UNAVAILABLE = "unavailable";
const UNAVAILABLE_PAUSE_MS = 1000;

export interface AnswerHandlers {
  changed(): void;
  /** The server has taken the question. */
  accepted(sessionId: string): void;
  ended(sessionId: string): void;
}

/** The answers of this visit, each by its session: asked, followed, stopped, and brought up to date by their events. */
export class Answers {
  private readonly states = new Map<string, AnswerState>();
  /** Sessions whose missing events have been asked for and have not come yet. */
  private readonly catchingUp = new Set<string>();
  /** Questions of this visit that the server has not accepted yet. */
  private readonly unaccepted = new Map<string, Ask>();

  constructor(
    private readonly send: (event: ClientEvent) => void,
    private readonly handlers: AnswerHandlers,
  ) {}

  of(sessionId: string): AnswerState {
    return this.states.get(sessionId) ?? ASKED;
  }

  ask(ask: Ask): void {
    this.unaccepted.set(ask.session_id, ask);
    this.update(ask.session_id, ASKED);
    this.send({ event: "agent_query_stream", data: ask });
  }

  stop(sessionId: string, now: boolean): void {
    this.update(sessionId, events.stopRequested(this.of(sessionId)));
    this.send({ event: "agent_kill", data: { session_id: sessionId, now } });
  }

  /** Brings the answer back from the server, where this visit does not have it yet. */
  follow(sessionId: string): void {
    if (!this.states.has(sessionId)) this.readOn(sessionId);
  }

  /** A connection stands anew: each answer goes on where it was. */
  takeUpAll(): void {
    this.catchingUp.clear();
    for (const sessionId of this.states.keys()) this.takeUp(sessionId);
  }

  receive(event: ServerEvent): void {
    if (isJobEvent(event)) this.receiveJobEvent(event);
    else if (event.event === "agent_kill_error") this.receiveKillError(event.data);
    else if (event.event === "error" && event.data.session_id) this.receiveError(event.data.session_id, event.data);
  }

  private readOn(sessionId: string): void {
    const state = this.of(sessionId);
    this.states.set(sessionId, state);
    const data = { session_id: sessionId, after_seq: state.seq, table_format: "arrow" } as const;
    this.send({ event: "agent_follow", data });
  }

  /**
   * Asks, follows, and repeats a stop that may not have arrived. A question that the server may not have seen is asked
   * again under its name, which never runs it twice.
   */
  private takeUp(sessionId: string): void {
    const state = this.states.get(sessionId);
    if (!state || hasEnded(state)) return;
    const ask = this.unaccepted.get(sessionId);
    if (ask) this.send({ event: "agent_query_stream", data: ask });
    else this.readOn(sessionId);
    if (state.phase === "stopping" && state.climbs.length === 0) {
      this.send({ event: "agent_kill", data: { session_id: sessionId, now: false } });
    }
  }

  private receiveJobEvent(event: JobEvent): void {
    const sessionId = event.data.session_id;
    const state = this.states.get(sessionId);
    if (!state) return;
    if (event.event === "agent_error" && event.data.code === UNAVAILABLE && event.data.seq === undefined) {
      this.takeUpLater(sessionId);
      return;
    }
    if (this.unaccepted.delete(sessionId)) this.handlers.accepted(sessionId);
    switch (placeOf(state, event)) {
      case "next":
        this.catchingUp.delete(sessionId);
        this.update(sessionId, events.reduce(state, event));
        break;
      case "gap":
        if (this.catchingUp.has(sessionId)) break;
        this.catchingUp.add(sessionId);
        this.readOn(sessionId);
        break;
      case "repeat":
        break;
    }
  }

  private receiveKillError(data: { session_id: string; error: string; code: string }): void {
    const state = this.states.get(data.session_id);
    // An answer that has ended tells so by its own last event, which is on its way.
    if (!state || data.code === "already_ended") return;
    this.update(data.session_id, data.code === NOT_FOUND ? events.gone(state) : events.stopRefused(state, data.error));
  }

  private receiveError(sessionId: string, data: { error: string; code: string }): void {
    const state = this.states.get(sessionId);
    if (!state) return;
    if (data.code === NOT_FOUND) this.update(sessionId, events.gone(state));
    if (data.code === UNAVAILABLE) this.takeUpLater(sessionId);
  }

  /** The gateway stands but what is behind it does not answer; the same again is safe. */
  private takeUpLater(sessionId: string): void {
    setTimeout(() => this.takeUp(sessionId), UNAVAILABLE_PAUSE_MS);
  }

  private update(sessionId: string, state: AnswerState): void {
    const before = this.states.get(sessionId);
    this.states.set(sessionId, state);
    if (hasEnded(state) && !(before && hasEnded(before))) this.handlers.ended(sessionId);
    this.handlers.changed();
  }
}
