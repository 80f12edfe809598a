"""What a node and its head say to each other: frames `[node_id, kind, payload]` towards the head, one frame back."""

import msgspec

from bus.contract.vocabulary import Proof, Reason
from bus.transport.codec import Decoder
from supervisor.lifecycle.kill_ladder import Step
from supervisor.nodes.data_watch import DataPrint

EVENTS, CONTROL, REPORT, SAMPLE, ASK, HELLO = b"e", b"c", b"r", b"s", b"a", b"h"
"""Kinds: what workers send, as it is; numbered reports, which come again until they were seen; what is measured; the
lease; the first."""


class LineMessage(msgspec.Struct, frozen=True, tag_field="kind"):
    """Base of what travels on the line."""


# ---- node → head


class Hello(LineMessage, frozen=True, tag="hello"):
    """The node's fork server has loaded what workers need. `version` is that of the bus, `python` that of its
    interpreter. It comes again when its `data` are others. `proof`: how it is found there that nothing of a worker is
    left."""

    version: str
    python: str
    slots: int
    data: DataPrint
    proof: Proof = Proof.NODE_REAPED


class Ask(LineMessage, frozen=True, tag="ask"):
    """May this node live on? `asked_at` is by its own clock."""

    asked_at: float


class Spawned(LineMessage, frozen=True, tag="spawned"):
    worker_id: str
    pid: int


class Sampled(LineMessage, frozen=True, tag="sampled"):
    worker_id: str
    memory_bytes: int
    cpu_s: float
    scratch_bytes: int


class Outdated(LineMessage, frozen=True, tag="outdated"):
    worker_id: str


class Overcrowded(LineMessage, frozen=True, tag="overcrowded"):
    """It has more processes, or connections, than it may; `words` name the limit."""

    worker_id: str
    words: str
    reason: Reason = Reason.PROCESSES


class Exited(LineMessage, frozen=True, tag="exited"):
    worker_id: str


class Reaped(LineMessage, frozen=True, tag="reaped"):
    """Nothing of the worker is left on its node: `proven`, unless it could not be started at all."""

    worker_id: str
    exit_words: str
    proven: bool
    last_words: dict[str, str]
    limit_hit: Reason | None = None
    counted: dict[str, int] = {}


NodeReport = Spawned | Outdated | Overcrowded | Exited | Reaped


class NumberedReport(msgspec.Struct, frozen=True):
    """Numbers count from 1 for each node."""

    number: int
    report: NodeReport


# ---- head → node


class Welcome(LineMessage, frozen=True, tag="welcome"):
    """The line stands (again). `resend`: what workers have sent may be lost."""

    resend: bool


class Granted(LineMessage, frozen=True, tag="granted"):
    asked_at: float


class Fenced(LineMessage, frozen=True, tag="fenced"):
    """End at once: the head counts this node as dead."""


class Leave(LineMessage, frozen=True, tag="leave"):
    """End: the node is not needed any more."""


class Spawn(LineMessage, frozen=True, tag="spawn"):
    worker_id: str
    agent: str
    token: bytes


class Serves(LineMessage, frozen=True, tag="serves"):
    worker_id: str
    job_id: str


class Tell(LineMessage, frozen=True, tag="tell"):
    worker_id: str
    message: bytes


class Do(LineMessage, frozen=True, tag="do"):
    """KILL is a standing order: the node repeats it until nothing is left."""

    worker_id: str
    step: Step


class Seen(LineMessage, frozen=True, tag="seen"):
    through: int


decode_hello: Decoder[Hello] = Decoder(Hello)
decode_sampled: Decoder[Sampled] = Decoder(Sampled)
decode_ask: Decoder[Ask] = Decoder(Ask)
decode_numbered: Decoder[NumberedReport] = Decoder(NumberedReport)
ToNode = Welcome | Granted | Fenced | Leave | Spawn | Serves | Tell | Do | Seen
decode_to_node: Decoder[ToNode] = Decoder(ToNode)
