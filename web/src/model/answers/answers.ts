import { type ClientEvent, type JobEvent, type ServerEvent, type SessionAsk, Sessions } from "deadstop-client";
import * as events from "./answer-events";
import { type AnswerState, ASKED, hasEnded } from "./answer-state";

export interface AnswerHandlers {
  changed(): void;
  /** The server has taken the question. */
  accepted(sessionId: string): void;
  ended(sessionId: string): void;
}

/** The answers of this visit, each by its session: asked, followed, stopped, and brought up to date by their events. */
export class Answers {
  private readonly states = new Map<string, AnswerState>();
  private readonly sessions: Sessions;

  constructor(
    send: (event: ClientEvent) => void,
    private readonly handlers: AnswerHandlers,
  ) {
    const change = (sessionId: string, changed: (state: AnswerState) => AnswerState) =>
      this.update(sessionId, changed(this.of(sessionId)));
    this.sessions = new Sessions(
      send,
      {
        onEvent: (sessionId, event: JobEvent) => change(sessionId, (state) => events.reduce(state, event)),
        onAccepted: (sessionId) => handlers.accepted(sessionId),
        onGone: (sessionId) => change(sessionId, events.gone),
        onStopRefused: (sessionId, error) => change(sessionId, (state) => events.stopRefused(state, error)),
      },
      "arrow",
    );
  }

  of(sessionId: string): AnswerState {
    return this.states.get(sessionId) ?? ASKED;
  }

  ask(ask: SessionAsk): void {
    this.update(ask.session_id, ASKED);
    this.sessions.ask(ask);
  }

  stop(sessionId: string, now: boolean): void {
    this.update(sessionId, events.stopRequested(this.of(sessionId)));
    this.sessions.stop(sessionId, now);
  }

  /** Brings the answer back from the server, where this visit does not have it yet. */
  follow(sessionId: string): void {
    if (this.states.has(sessionId)) return;
    this.states.set(sessionId, ASKED);
    this.sessions.follow(sessionId);
  }

  /** Gives up what is known of an answer that is looked at no more. */
  forget(sessionId: string): void {
    this.states.delete(sessionId);
    this.sessions.forget(sessionId);
  }

  /** A connection stands anew: each answer goes on where it was. */
  takeUpAll(): void {
    this.sessions.takeUpAll();
  }

  receive(event: ServerEvent): void {
    this.sessions.receive(event);
  }

  private update(sessionId: string, state: AnswerState): void {
    const before = this.states.get(sessionId);
    this.states.set(sessionId, state);
    if (hasEnded(state) && !(before && hasEnded(before))) this.handlers.ended(sessionId);
    this.handlers.changed();
  }
}
