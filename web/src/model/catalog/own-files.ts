import { sentences } from "../values/sentences";
import type { KeptFile, OwnFile as WireFile, OwnFileList } from "deadstop-client";

/** A file of one's own that can be asked about, by the names of its tables. */
export interface OwnFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly tables: readonly string[];
}

/** What can be chosen as a file of data; the server decides. */
export const ACCEPTED = ".parquet,.parq,.pq,.csv,.tsv,.tab,.psv,.json,.jsonl,.ndjson,.xlsx,.gz,.zst";

const ADDRESS = "/api/files";

/** One's own files; null where the server is away, or takes none. */
export async function listFiles(): Promise<readonly OwnFile[] | null> {
  try {
    const response = await fetch(ADDRESS, { cache: "no-store" });
    if (!response.ok) return null;
    const { files, max_file_bytes: most } = (await response.json()) as OwnFileList;
    return most > 0 || files.length > 0 ? files.map(fileOf) : null;
  } catch {
    return null;
  }
}

/**
 * Hands a file over; `sent` is told what share of it is there. The server keeps nothing of one that is given up by
 * `signal` before it has been read. @throws an Error whose message is for people
 */
export async function giveFile(file: File, signal: AbortSignal, sent: (share: number) => void): Promise<OwnFile> {
  const response = await answered(() => posted(`${ADDRESS}?name=${encodeURIComponent(file.name)}`, file, signal, sent));
  return fileOf(((await response.json()) as KeptFile).file);
}

/** Deletes one. @throws an Error whose message is for people */
export async function deleteFile(name: string): Promise<void> {
  await answered(() => fetch(`${ADDRESS}/${encodeURIComponent(name)}`, { method: "DELETE" }));
}

/** "Sending cats.csv, 45 %", and once all of it is there, "Reading cats.csv". */
export function givingText(name: string, share: number): string {
  return share < 1 ? `Sending ${name}, ${Math.floor(share * 100)} %` : `Reading ${name}`;
}

/** "412 B", "1.4 MB". */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

const fileOf = ({ name, size_bytes: sizeBytes, tables = [] }: WireFile): OwnFile => ({ name, sizeBytes, tables });

/** As `fetch`, which cannot tell how much has been sent. */
function posted(address: string, file: File, signal: AbortSignal, sent: (share: number) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => sent(total > 0 ? loaded / total : 1);
    request.upload.onload = () => sent(1);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = request.onabort = () => reject(new TypeError("not answered"));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", address);
    request.send(file);
  });
}

async function answered(ask: () => Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await ask();
  } catch {
    throw new Error("The connection broke off, and nothing was kept. Try it again.");
  }
  if (response.ok) return response;
  const { error, hint } = (await response.json().catch(() => ({}))) as { error?: string; hint?: string };
  throw new Error(error ? sentences(error, hint) : `The server answered with status ${response.status}.`);
}
