"""A web application with a Stop button in front of Deadstop.

    DEADSTOP_URL='http://127.0.0.1:8642/?token=…' uvicorn fastapi_app:app

Who may use it, and who may see which job, is the application's own affair: it asks Deadstop with one token.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel

from deadstop.client import AsyncClient, Chunk, Complete, Declined, Failed, Killed, ResponseChunk

PAGE = """<!doctype html><meta charset="utf-8"><title>Ask</title>
<form id="ask">
  <input id="question" size="60"> <button>Ask</button> <button id="stop" type="button" hidden>Stop</button>
</form>
<pre id="answer"></pre>
<script>
  const $ = (id) => document.getElementById(id);
  let job;
  $("ask").onsubmit = async (event) => {
    event.preventDefault();
    const body = JSON.stringify({ question: $("question").value });
    const asked = await fetch("/ask", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    job = (await asked.json()).job;
    $("stop").hidden = false;
    $("answer").textContent = "";
    const answer = await fetch(`/answers/${job}`);
    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) $("answer").textContent += text;
    $("stop").hidden = true;
  };
  $("stop").onclick = () => fetch(`/stop/${job}`, { method: "POST" });
</script>"""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with AsyncClient(os.environ["DEADSTOP_URL"]) as client:
        app.state.deadstop = client
        yield


app = FastAPI(lifespan=lifespan)


class Question(BaseModel):
    question: str


@app.get("/")
async def page() -> HTMLResponse:
    return HTMLResponse(PAGE)


@app.post("/ask")
async def ask(asked: Question) -> dict[str, str]:
    """Ask; the job runs whether its answer is read or not."""
    try:
        return {"job": (await app.state.deadstop.ask(asked.question)).id}
    except Declined as error:
        raise HTTPException(error.status or 400, str(error)) from error


@app.get("/answers/{job_id}")
async def answer(job_id: str) -> StreamingResponse:
    """The answer's text, as it comes."""
    job = await app.state.deadstop.job(job_id)

    async def text() -> AsyncIterator[str]:
        async for event in job:
            match event:
                case Chunk(chunk=ResponseChunk(field="response", chunk=words)):
                    yield words
                case Killed(rung=rung, ms=ms):
                    yield f"\n[stopped at rung {rung.value} after {ms:.0f} ms; nothing of it runs any more]"
                case Failed(error=error):
                    yield f"\n[failed: {error}]"

    return StreamingResponse(text(), media_type="text/plain; charset=utf-8")


@app.post("/stop/{job_id}")
async def stop(job_id: str) -> dict[str, str | bool]:
    """Answers once the job is dead."""
    job = await app.state.deadstop.job(job_id)
    end = await job.stop(reason="the Stop button")
    return {"stopped": isinstance(end, Killed), "finished_before": isinstance(end, Complete)}
