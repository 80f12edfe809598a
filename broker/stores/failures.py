"""What a store's own words mean, and what to do next. Pure."""

import re

_STATUS = r"(status|says|code)\W*"
_MEANINGS = (
    (
        r"ACCESS_DENIED|FORBIDDEN|AccessDenied|AuthorizationFailure|PERMISSION_DENIED|UNAUTHENTICATED|INVALID_ACCESS_KEY"
        r"|SIGNATURE_DOES_NOT_MATCH|INVALID_CLIENT_TOKEN|EXPIRED_TOKEN|MISSING_AUTHENTICATION|" + _STATUS + "40[13]",
        "the store denies access. Check the credentials that `deadstop serve` was started with, and that they may list "
        "and read this",
    ),
    (
        r"NO_SUCH_BUCKET|(bucket|container).* not (exist|found)|ContainerNotFound",
        "there is no such bucket. Check the address given with --data, and its region",
    ),
    (r"INVALID_OBJECT_STATE", "it is archived. Restore it, or move it out of the prefix"),
    (
        r"SLOW_DOWN|THROTTLING|SERVICE_UNAVAILABLE|INTERNAL_FAILURE|" + _STATUS + "(429|50[0234])",
        "the store is overloaded, and was asked several times. Ask again in a moment",
    ),
    (
        r"NETWORK_CONNECTION|curlCode|Timeout|timed out|Could not connect|resolve|Connection refused|Connection reset"
        r"|UNAVAILABLE|transport|disconnected|peer closed",
        "the store could not be reached, or fell silent, and was asked several times. Check the network, the address "
        "and its endpoint, then ask again",
    ),
    (
        r"NO_SUCH_KEY|not found|does not exist|No such file|RESOURCE_NOT_FOUND|" + _STATUS + "404",
        "it is not there (any more)",
    ),
    (r"credential", "no credentials were found. Set them where the store's own tools look for them"),
)


def explained(what: str, error: BaseException | str) -> str:
    """A sentence about an object or an address, `what`, with the store's own words behind it."""
    words = (str(error).splitlines() or [""])[0][:300] or type(error).__name__
    meaning = next((told for pattern, told in _MEANINGS if re.search(pattern, words, re.IGNORECASE)), "")
    return f"{what}: {meaning} ({words})" if meaning else f"{what}: {words}"
