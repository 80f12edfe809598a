"""Writes `src/wire.ts` from the structs that the server speaks with: `python -m clients.typescript.generate`.

A field that has a default may be missing: a server that is older than this client does not know it yet.
"""

import types
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec import inspect

from bus.contract.catalog import Catalog
from bus.contract.vocabulary import Refusal
from bus.wire.outside import (
    PROTOCOL_VERSION,
    AgentAccepted,
    AgentChunk,
    AgentComplete,
    AgentFailed,
    AgentJobs,
    AgentKilled,
    OutsideChunk,
)
from gateway.wire.client_frames import EVENTS
from gateway.wire.connection_frames import AgentKillError, Authenticated, WireError
from gateway.wire.conversations import ConversationList, OutsideConversation
from gateway.wire.errors import ErrorBody
from gateway.wire.own_files import FileList, KeptFile
from gateway.wire.responses import AskedJob, JobList, NodeList, OutsideRecord, ServerStats, StoppedJob
from gateway.wire.saved import FilledQuestion, SavedList
from gateway.wire.shares import SharedAnswers, ShareList

TARGET = Path(__file__).parent / "src/wire.ts"

JOB_EVENTS = (AgentAccepted, AgentChunk, AgentComplete, AgentFailed, AgentKilled)
SERVER_EVENTS = (*JOB_EVENTS, Authenticated, AgentJobs, AgentKillError, WireError)
BODIES = (
    *(Catalog, AskedJob, StoppedJob, JobList, OutsideRecord, ErrorBody, Refusal, NodeList, ServerStats),
    *(ConversationList, OutsideConversation, ShareList, SharedAnswers, SavedList, FilledQuestion, FileList, KeptFile),
)

NAMED = {
    "Query": "Ask",
    "RatingVerdict": "Verdict",
    "Node": "NodeChunk",
    "Event": "EventChunk",
    "FileList": "OwnFileList",
}
"""Types that are called otherwise here: a question, and what the DOM has other things of that name for."""

FROM_FRAMES = {
    "ArrowRows": "  /** The Arrow IPC stream that came behind the frame's header. */\n  readonly arrow: Uint8Array;\n"
}

_HEAD = f"""/* Made from the server's types by `python -m clients.typescript.generate`; a test compares. Do not edit. */

/** The version of the wire that these types are of. */
export const PROTOCOL_VERSION = "{PROTOCOL_VERSION}";
"""


def generated() -> str:
    """The text of `src/wire.ts`."""
    made = _Declarations()
    frames = [
        f"{{ readonly event: {_quoted(name)}; readonly data: {made.text(kind)} }}" for name, kind in EVENTS.items()
    ]
    unions = {
        "Chunk": [made.text(kind) for kind in get_args(OutsideChunk)],
        "JobEvent": [made.text(kind) for kind in JOB_EVENTS],
        "ServerEvent": [made.text(kind) for kind in SERVER_EVENTS],
        "ClientEvent": frames,
    }
    for kind in BODIES:
        made.text(kind)
    aliases = [f"export type {name} =\n  | " + "\n  | ".join(parts) + ";\n" for name, parts in unions.items()]
    return "\n".join([_HEAD, *made.texts.values(), *aliases])


class _Declarations:
    """The declarations that were needed so far, each before none that it needs."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def text(self, kind: Any) -> str:
        """A Python type as TypeScript writes it; what it names is declared."""
        if kind == OutsideChunk:
            return "Chunk"
        if get_origin(kind) in (Union, types.UnionType):
            return " | ".join(self.text(part) for part in get_args(kind))
        return self._of(inspect.type_info(kind))

    def _of(self, info: inspect.Type) -> str:
        match info:
            case inspect.Metadata(type=inner, extra=extra):
                return self.text(extra["holds"]) if extra and "holds" in extra else self._of(inner)
            case inspect.IntType() | inspect.FloatType():
                return "number"
            case inspect.StrType():
                return "string"
            case inspect.BoolType():
                return "boolean"
            case inspect.NoneType():
                return "null"
            case inspect.LiteralType(values=values):
                return " | ".join(_quoted(value) for value in values)
            case inspect.UnionType(types=parts):
                return " | ".join(self._of(part) for part in parts)
            case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
                text = self._of(item)
                return f"readonly ({text})[]" if " " in text else f"readonly {text}[]"
            case inspect.DictType(key_type=key, value_type=value):
                head = "Partial<Record" if isinstance(key, inspect.EnumType) else "Record"
                tail = ">>" if head.startswith("Partial") else ">"
                return f"Readonly<{head}<{self._of(key)}, {self._of(value)}{tail}>"
            case inspect.EnumType(cls=cls):
                return self._declared(cls, lambda: _enum(cls))
            case inspect.StructType(cls=cls) | inspect.TypedDictType(cls=cls):
                return self._declared(cls, lambda: self._interface(info))
        return "unknown"

    def _declared(self, cls: type, make: Any) -> str:
        name = NAMED.get(cls.__name__, cls.__name__)
        if name not in self.texts:
            self.texts[name] = ""  # its place, also where it names itself
            self.texts[name] = make()
        return name

    def _interface(self, info: inspect.StructType | inspect.TypedDictType) -> str:
        base = _base(info.cls) if isinstance(info, inspect.StructType) else None
        extends = f" extends {self.text(base)}" if base else ""
        inherited = {field.name for field in msgspec.structs.fields(base)} if base else set()
        name = NAMED.get(info.cls.__name__, info.cls.__name__)
        lines = [f"{_words(info.cls)}export interface {name}{extends} {{\n"]
        omits = False
        if isinstance(info, inspect.StructType):
            omits = bool(info.cls.__struct_config__.omit_defaults)
            if info.tag_field:
                lines.append(f"  readonly {info.tag_field}: {_quoted(info.tag)};\n")
        for field in info.fields:
            if field.name in inherited:
                continue
            text = self._of(field.type)
            if omits and not field.required:
                text = text.removesuffix(" | null")  # where it is null it is left out
            lines.append(f"  readonly {field.encode_name}{'' if field.required else '?'}: {text};\n")
        lines.append(FROM_FRAMES.get(info.cls.__name__, ""))
        return "".join([*lines, "}\n"])


def _base(cls: type[msgspec.Struct]) -> type[msgspec.Struct] | None:
    """The struct whose fields a struct goes on from, where both are written alike."""
    base = cls.__bases__[0]
    if not issubclass(base, msgspec.Struct) or not msgspec.structs.fields(base):
        return None
    ours, theirs = cls.__struct_config__, base.__struct_config__
    return base if ours.omit_defaults == theirs.omit_defaults and theirs.tag is None else None


def _enum(cls: type[Enum]) -> str:
    values = " | ".join(_quoted(member.value) for member in cls)
    return f"{_words(cls)}export type {NAMED.get(cls.__name__, cls.__name__)} = {values};\n"


def _words(cls: type) -> str:
    """The first paragraph of a docstring."""
    words = " ".join((cls.__doc__ or "").partition("\n\n")[0].split())
    return f"/** {words} */\n" if words and not words.startswith(f"{cls.__name__}(") else ""


def _quoted(value: Any) -> str:
    return msgspec.json.encode(value).decode()


if __name__ == "__main__":
    TARGET.write_text(generated())
