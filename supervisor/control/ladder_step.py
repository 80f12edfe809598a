"""What a step of the kill ladder does to a job's worker."""

from bus.wire.worker import Cancel
from supervisor.lifecycle.kill_ladder import Step, StopRequest
from supervisor.workers.worker import Worker


def carry_out(worker: Worker, step: Step, request: StopRequest) -> None:
    """Do the step to the worker. One that is still being spawned has no process yet; the next step finds it."""
    if step is Step.CANCEL:
        worker.tell(Cancel(request.by, request.reason))
    else:
        worker.do(step)
