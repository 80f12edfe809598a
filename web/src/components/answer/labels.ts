import type { AnswerState, Phase, Stopped } from "../../model/answers/answer-state";
import { duration } from "../../model/format";
import type { Rung } from "deadstop-client";

const LABELS: Record<Phase, string> = {
  asked: "Asking…",
  queued: "Queued",
  running: "Running",
  stopping: "Stopping…",
  done: "Done",
  stopped: "Stopped",
  failed: "Failed",
  gone: "Not kept",
};

const REASONS: Record<string, string> = {
  user: "",
  operator: "by the operator",
  disconnect: "because nobody was following it any more",
  shutdown: "because the server is shutting down",
  deadline: "because its time was up",
  memory: "because it took too much memory",
  processes: "because it started too many processes",
  output_limit: "because its output was too large",
  budget: "because its budget was used up",
};

/** What each step of the ladder does to the worker. */
export const RUNGS: readonly { readonly rung: Rung; readonly name: string; readonly does: string }[] = [
  { rung: "cancel", name: "Cancel", does: "asked to stop" },
  { rung: "terminate", name: "Terminate", does: "SIGTERM" },
  { rung: "kill", name: "Kill", does: "SIGKILL" },
];

export function labelOf(phase: Phase): string {
  return LABELS[phase];
}

export function reasonText(reason: string): string {
  return REASONS[reason] ?? "";
}

export function byText(by: string, user: string): string {
  return by === user ? "you" : by;
}

/** What the rung does to the worker, in a word or two. */
export function doneBy(rung: Rung): string {
  return RUNGS.find((step) => step.rung === rung)?.does ?? rung;
}

/** Why a harder rung was needed than the one before it. A signal may yet have done it when the next rung was climbed. */
const WHY: Record<Rung, string> = {
  cancel: "",
  terminate: "It had not ended when asked to stop.",
  kill: "It had ended neither when asked nor on SIGTERM.",
};

/** Why a harder rung than `cancel` was needed; empty where cancelling was enough. */
export function whyText(rung: Rung, climbed: readonly Rung[]): string {
  const below = RUNGS.slice(0, RUNGS.findIndex((step) => step.rung === rung));
  if (below.every((step) => climbed.includes(step.rung))) return WHY[rung];
  return rung === "kill" ? "The gentler rungs were skipped, as asked." : "";
}

/** "Stopped by you on rung terminate (SIGTERM) in 512 ms". */
export function stoppedText(stopped: Stopped, user: string): string {
  const how = `${stopped.rung} (${doneBy(stopped.rung)})`;
  return `Stopped by ${byText(stopped.by, user)} on rung ${how} in ${duration(stopped.ms)}`;
}

/** The announcement for screen readers when an answer changes; its text and rows are not read out. */
export function announcementOf(answer: AnswerState, user: string): string {
  switch (answer.phase) {
    case "asked":
    case "running":
      return "Agent is thinking";
    case "stopping":
      return "Stopping";
    case "stopped":
      return answer.stopped ? stoppedText(answer.stopped, user) : "Stopped";
    case "done":
      return answer.clarification ? "The agent asks back" : "Answer complete";
    default:
      return labelOf(answer.phase);
  }
}

/** Where it stands, and why it waits although a place is free. */
export function queueText(position: number, note: string): string {
  const place = position <= 1 ? "next in the queue" : `number ${position} in the queue`;
  return note ? `${place}: ${note}` : place;
}
