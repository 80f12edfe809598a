"""Which statements of a question have failed, so that none is run twice."""

from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.llm.prompts.requests import Try

_MAX_SAID_CHARS = 200


class Failures:
    """The failed statements, oldest first. `count` counts what the model has sent in vain, repetitions too; `last` is
    the error of the latest, and `said` what people are told of it."""

    def __init__(self) -> None:
        self._errors: dict[str, EngineError | StatementRefused] = {}
        self._tries: dict[str, Try] = {}
        self.count = 0
        self.said = ""
        self.last: EngineError | StatementRefused

    @property
    def tries(self) -> tuple[Try, ...]:
        return tuple(self._tries.values())

    def hold(self, sql: str) -> None:
        """Raise the error of this statement if it has failed before."""
        if error := self._errors.get(_key(sql)):
            raise error

    def add(self, sql: str, error: EngineError | StatementRefused) -> None:
        """`sql` has failed, or would have again."""
        key = _key(sql)
        times = self._tries[key].times + 1 if key in self._tries else 1
        self._errors[key] = self.last = error
        self._tries[key] = Try(sql, str(error), times)
        self.count += 1
        self.said = f"The statement failed ({str(error).splitlines()[0][:_MAX_SAID_CHARS]})"
        if times > 1:
            self.said = "The model sent a statement again that had failed"


def _key(sql: str) -> str:
    return sql.strip("; \n\t")
