import type { Proof } from "deadstop-client";

const WORDS: Readonly<Record<Proof, string>> = {
  cgroup: "proven by the kernel (control group)",
  swept: "swept: looked for until nothing was left",
  node_reaped: "proven by its node",
  lease: "proven by the end of its node's lease",
};

/** How it was found that nothing of a job lives any more, in words; empty where nothing was started, and for a server that does not say. */
export function proofText(proof: Proof | null | undefined): string {
  return proof ? (WORDS[proof] ?? "") : "";
}
