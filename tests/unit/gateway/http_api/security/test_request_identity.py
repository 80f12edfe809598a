"""Which request is whose, and which refusal those of nobody get."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller
from gateway.app_state import CALLER, GATEWAY, Gateway
from gateway.http_api.security.request_identity import by_own_page, for_operators, identity_of
from gateway.wire.errors import ApiError

HERE, ELSEWHERE = "http://localhost:8080", "http://elsewhere.test"


def request(gateway: Gateway, method: str = "GET", **headers: str) -> web.Request:
    app = web.Application()
    app[GATEWAY] = gateway
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_mocked_request(method, "/api/jobs", {"Host": "localhost:8080", **given}, app=app)


def cookie(gateway: Gateway) -> str:
    identity = gateway.identities.by_token("ann's")
    assert identity is not None
    return f"{gateway.cookie_name}={gateway.identities.cookie(identity)}"


def refusal(asked: web.Request) -> tuple[str, str]:
    with pytest.raises(ApiError) as raised:
        identity_of(asked)
    return raised.value.body.code, raised.value.body.error


async def test_a_token_is_enough_wherever_the_request_comes_from(gateway: Gateway) -> None:
    for scheme in ("Bearer", "bearer"):
        asked = request(gateway, "POST", Authorization=f"{scheme} ann's", Origin=ELSEWHERE)
        assert identity_of(asked).caller == Caller("ann", Role.USER)


async def test_a_wrong_token_and_none_are_told_apart(gateway: Gateway) -> None:
    assert refusal(request(gateway, Authorization="Bearer guessed")) == ("unauthorized", "that token is not valid")
    assert refusal(request(gateway, Authorization="Basic guessed")) == ("unauthorized", "sign in first")
    assert refusal(request(gateway)) == ("unauthorized", "sign in first")


async def test_after_too_many_guesses_no_token_is_looked_at(gateway: Gateway) -> None:
    for _ in range(gateway.settings.gateway.max_failed_sign_ins_per_min):
        refusal(request(gateway, Authorization="Bearer guessed"))
    assert refusal(request(gateway, Authorization="Bearer ann's"))[0] == "too_many_attempts"


@pytest.mark.parametrize(
    ("method", "origin", "let_in"),
    [("GET", ELSEWHERE, True), ("POST", HERE, True), ("POST", ELSEWHERE, False), ("DELETE", ELSEWHERE, False)],
)
async def test_a_cookie_changes_nothing_for_another_page(
    gateway: Gateway, method: str, origin: str, let_in: bool
) -> None:
    asked = request(gateway, method, Cookie=cookie(gateway), Origin=origin)
    if let_in:
        assert identity_of(asked).caller.user == "ann"
    else:
        assert refusal(asked)[0] == "bad_origin"


async def test_a_page_elsewhere_opens_no_socket_with_our_cookie(gateway: Gateway) -> None:
    assert by_own_page(request(gateway, Cookie=cookie(gateway), Origin=HERE)) is not None
    assert by_own_page(request(gateway, Cookie=cookie(gateway), Origin=ELSEWHERE)) is None


async def test_a_cookie_that_was_changed_is_nobodys(gateway: Gateway) -> None:
    assert refusal(request(gateway, Cookie=cookie(gateway)[:-1]))[0] == "unauthorized"


async def test_what_is_for_operators_is_not_for_users(gateway: Gateway) -> None:
    asked = request(gateway)
    asked[CALLER] = Caller("ann", Role.USER)
    with pytest.raises(ApiError, match="the figures are for operators"):
        for_operators(asked, "the figures are")
    asked[CALLER] = Caller("ops", Role.OPERATOR)
    assert for_operators(asked, "the figures are") is gateway
