import type { SharedAnswers, ShareList, ShareSummary } from "deadstop-client";

import { fetched, json } from "./conversation-store";
import { type Turn, UNRATED } from "./conversation";

const ADDRESS = "/api/shares";

/** A link that lets others read answers of this user. */
export interface Share {
  readonly id: string;
  readonly title: string;
  /** Who has the link needs not sign in. */
  readonly isPublic: boolean;
  readonly answers: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export interface SharedAnswer {
  readonly jobId: string;
  readonly query: string;
  readonly clarification: string | null;
  readonly askedAt: number;
}

/** What a link leads to. */
export interface Shared {
  readonly title: string;
  readonly createdAt: number;
  readonly answers: readonly SharedAnswer[];
}

/** This user's shares, and what the server says of all. */
export interface Shares {
  /** The latest first. */
  readonly shares: readonly Share[];
  /** Whether links without signing in are allowed. */
  readonly publicAllowed: boolean;
  /** For how long after its end an answer can be read. */
  readonly keptDays: number;
}

/** Raises `StoreError`. */
export async function listShares(): Promise<Shares> {
  const found = (await json(await fetched("GET", ADDRESS))) as ShareList;
  return { shares: found.shares.map(shareOf), publicAllowed: found.public_allowed, keptDays: found.kept_days };
}

/** Raises `StoreError`. */
export async function share(jobIds: readonly string[], isPublic: boolean): Promise<Share> {
  return shareOf((await json(await fetched("POST", ADDRESS, { job_ids: jobIds, public: isPublic }))) as ShareSummary);
}

/** Raises `StoreError`. */
export async function endShare(id: string): Promise<void> {
  await json(await fetched("DELETE", `${ADDRESS}/${encodeURIComponent(id)}`));
}

/** Raises `StoreError` where there is no such share, or none for this reader. */
export async function sharedIn(id: string): Promise<Shared> {
  const found = (await json(await fetched("GET", `${ADDRESS}/${encodeURIComponent(id)}`))) as SharedAnswers;
  return {
    title: found.title,
    createdAt: found.created_at * 1000,
    answers: found.answers.map((answer) => ({
      jobId: answer.job_id,
      query: answer.query,
      clarification: answer.user_clarification,
      askedAt: answer.created_at * 1000,
    })),
  };
}

export function answerAddress(id: string, jobId: string): string {
  return `${ADDRESS}/${encodeURIComponent(id)}/jobs/${encodeURIComponent(jobId)}/events`;
}

/** The address that is given to others. */
export function linkOf({ id }: Share): string {
  return `${location.origin}/s/${id}`;
}

export function turnOf({ jobId, query, clarification, askedAt }: SharedAnswer): Turn {
  return { sessionId: jobId, query, clarification, askedAt, agent: "", model: "", ended: true, follows: "", rating: UNRATED };
}

function shareOf({ share_id: id, title, public: isPublic, answers, created_at }: ShareSummary): Share {
  return { id, title, isPublic, answers, createdAt: created_at * 1000 };
}
