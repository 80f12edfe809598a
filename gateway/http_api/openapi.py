"""`GET /api/openapi.json`: the HTTP side as an OpenAPI document, made from the code that serves it."""

import functools
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web

from bus.contract.agents import agents_for_people
from bus.wire.outside import PROTOCOL_VERSION
from gateway.app_state import CALLER, GATEWAY, json_response
from gateway.http_api.routes import OPERATIONS, Operation, RequestParameter
from gateway.http_api.security.request_identity import LOGIN_CODES
from gateway.wire.errors import STATUS, ErrorBody

_REF = "#/components/schemas/{name}"
_PATH_PARAMETER = re.compile(r"\{(\w+)(?::([^}]*))?\}")


async def openapi(request: web.Request) -> web.Response:
    """This server's HTTP interface, in the form that client generators and test programs read."""
    gateway, role = request.app[GATEWAY], request[CALLER].role
    agents = tuple(agents_for_people(gateway.settings, role))
    return json_response(document(gateway.server_version, gateway.settings.limits.max_query_chars, agents))


@functools.cache
def document(server_version: str, max_query_chars: int, agents: tuple[str, ...]) -> dict[str, Any]:
    """The document. Every operation of `gateway.http_api.routes` stands in it, and nothing else."""
    types: list[Any] = [ErrorBody]
    for operation in OPERATIONS:
        types += [operation.body] if operation.body not in (None, bytes) else []
        types += [answer for answer in operation.answers.values() if not isinstance(answer, str | None)]
    schemas = msgspec.json.schema_components(types, ref_template=_REF)[1]
    schemas = {name: _without_boolean_choices(schema) for name, schema in schemas.items()}
    _complete(schemas["Query"]["properties"], max_query_chars, agents)
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(plain_path(operation.path), {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Deadstop",
            "version": server_version,
            "description": f"Protocol {PROTOCOL_VERSION}. docs/protocol.md explains the fields, and the WebSocket.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _without_boolean_choices(schema: Any) -> Any:
    """A choice of one boolean as a constant: generators of clients know choices of texts and numbers alone."""
    match schema:
        case {"enum": [True | False as only], **rest}:
            return {"type": "boolean", "const": only, **rest}
        case dict():
            return {name: _without_boolean_choices(part) for name, part in schema.items()}
        case list():
            return [_without_boolean_choices(part) for part in schema]
    return schema


def plain_path(path: str) -> str:
    """A route's path without the patterns of its parameters."""
    return _PATH_PARAMETER.sub(r"{\1}", path)


def _described(operation: Operation) -> dict[str, Any]:
    summary = " ".join(operation.summary.split())
    codes = {*operation.codes, *(() if operation.public else LOGIN_CODES), "bad_host", "internal"}
    answers = {str(status): _answer(answer) for status, answer in operation.answers.items()}
    for status in sorted({int(STATUS[code]) for code in codes}):
        answers[str(status)] = _refusal(sorted(code for code in codes if STATUS[code] == status))
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": summary,
        "parameters": [*_path_parameters(operation.path), *map(_parameter, operation.parameters)],
        "responses": answers,
    }
    if operation.body is bytes:
        file = {"schema": {"type": "string", "format": "binary"}}
        described["requestBody"] = {"required": True, "content": {"application/octet-stream": file}}
    elif operation.body is not None:
        schema = {"$ref": _REF.format(name=operation.body.__name__)}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described | ({"security": []} if operation.public else {})


def _answer(answer: Any) -> dict[str, Any]:
    """A struct comes as JSON, a text names another media type, None is an answer without a body."""
    if answer is None:
        return {"description": "nothing more to say"}
    if isinstance(answer, str):
        return {"description": "as it is made", "content": {kind: {} for kind in answer.split()}}
    words = (answer.__doc__ or answer.__name__).partition("\n\n")[0]
    schema = {"$ref": _REF.format(name=answer.__name__)}
    return {"description": " ".join(words.split()), "content": {"application/json": {"schema": schema}}}


def _refusal(codes: Sequence[str]) -> dict[str, Any]:
    code = {"properties": {"code": {"enum": list(codes)}}}
    schema = {"allOf": [{"$ref": _REF.format(name=ErrorBody.__name__)}, code]}
    return {"description": ", ".join(codes), "content": {"application/json": {"schema": schema}}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"} | _choice(pattern)}
        for name, pattern in _PATH_PARAMETER.findall(path)
    ]


def _choice(pattern: str) -> dict[str, Any]:
    return {"enum": pattern.split("|")} if pattern else {"minLength": 1}


def _parameter(parameter: RequestParameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.words,
        "schema": parameter.schema,
    }


def _complete(question: dict[str, Any], max_query_chars: int, agents: tuple[str, ...]) -> None:
    """What this server's settings bound."""
    question["query"] |= {"minLength": 1, "maxLength": max_query_chars, "pattern": r"\S"}
    question["user_clarification"]["anyOf"][0]["maxLength"] = max_query_chars
    question["agent"] = {"enum": [*agents, None], "default": None}
