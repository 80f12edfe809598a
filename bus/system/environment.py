"""Which variables of our environment the processes get that load foreign code."""

import os
from collections.abc import Iterable

_HARMLESS = """
PATH LANG LANGUAGE LC_ALL LC_CTYPE TZ SSL_CERT_FILE SSL_CERT_DIR
HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy
PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED PYTHONHASHSEED PYTHONFAULTHANDLER
JE_ARROW_MALLOC_CONF OPENBLAS_NUM_THREADS MALLOC_ARENA_MAX
"""
HARMLESS = frozenset(_HARMLESS.split())
"""Names without which programs misbehave, and which hold no secret."""

_OF_THE_ACCOUNT = frozenset({"HOME", "USER", "LOGNAME", "TMPDIR", "LD_LIBRARY_PATH"})


_OF_STORES = ("AWS_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "AZURE_", "STORAGE_EMULATOR_")
_MAY_HOLD_A_SIGNATURE = "DEADSTOP_DATA__FOLDER"


def without_stores(names: Iterable[str]) -> dict[str, str]:
    """Our environment for a program that has nothing to do with stores of data: without their credentials, but with the
    named variables. The folder of the data is told to it otherwise, without a signature."""
    kept = frozenset(names)
    return {
        name: value
        for name, value in os.environ.items()
        if name in kept or not (name.startswith(_OF_STORES) or name == _MAY_HOLD_A_SIGNATURE)
    }


def for_workers(names: Iterable[str]) -> dict[str, str]:
    """The harmless variables, those of the account, and the named ones, where they are set. A process's first
    environment stays readable in its memory, and in that of whatever it forks: what a worker may not know must not be
    put there."""
    kept = HARMLESS | _OF_THE_ACCOUNT | frozenset(names)
    return {name: value for name, value in os.environ.items() if name in kept}
