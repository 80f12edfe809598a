// Uses the TypeScript client as a program does: asks, follows to the end, and says as one line of JSON what came.
// Arguments: the built package, the address, the token, then `ask AGENT QUERY`, `follow SESSION SEQ` or `stop AGENT QUERY`.
import { argv, exit, stdout } from "node:process";

const [, , built, url, token, what, first, second] = argv;
const { Deadstop } = await import(built);
const server = new Deadstop(url, { token });

const said = [];
const numbers = [];
let job;
if (what === "follow") job = server.follow(first, Number(second));
else job = server.ask(second, { agent: first });

try {
  for await (const event of job) {
    numbers.push(event.data.seq);
    if (event.event !== "agent_chunk") continue;
    const { chunk } = event.data;
    if (chunk.type === "response_chunk") said.push(chunk.chunk.split(" ")[0]);
    if (chunk.type === "status" && what === "stop") await job.stop();
  }
  const end = await job.end;
  say({ session: job.sessionId, end, numbers, said });
} catch (error) {
  say({ error: error.message });
}

/** A pipe takes no more than 64 KiB at once: the program ends when all of it was read. */
function say(found) {
  server.close();
  stdout.write(`${JSON.stringify(found)}\n`, () => exit(0));
}
