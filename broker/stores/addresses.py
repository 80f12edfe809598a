"""Makes the store that an address names."""

import os
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

import pyarrow.fs as arrow_fs

from broker.stores.arrow_store import ArrowStore
from broker.stores.failures import explained
from broker.stores.object_store import CONNECT_TIMEOUT_S, SILENT_S, ObjectStore, ObjectStoreError
from broker.stores.web_store import WebStore
from bus.contract.data_place import shown_address

ATTEMPTS = 3
RETRY_S = 10


def store_of(address: str) -> ObjectStore:
    """The store of an address: `s3://`, `gs://`, `az://` (a bucket, a prefix in it, or one object) and `https://` (a
    file). Raises ObjectStoreError."""
    parts = urlsplit(address)
    if parts.scheme not in _MAKERS:
        return WebStore(address)
    options = dict(parse_qsl(parts.query))
    root = f"{parts.netloc}/{unquote(parts.path).strip('/')}".rstrip("/")
    try:
        return ArrowStore(_MAKERS[parts.scheme](parts.netloc, options), root, shown_address(address))
    except (OSError, ValueError) as error:
        raise ObjectStoreError(explained(shown_address(address), error)) from error


def _s3(bucket: str, options: Mapping[str, str]) -> arrow_fs.FileSystem:
    endpoint = options.get("endpoint_override") or os.environ.get("AWS_ENDPOINT_URL_S3") or ""
    endpoint = endpoint or os.environ.get("AWS_ENDPOINT_URL", "")
    region = options.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region and not endpoint:
        region = arrow_fs.resolve_s3_region(bucket)
    return arrow_fs.S3FileSystem(
        anonymous=_is_set(options, "anonymous"),
        region=region,
        endpoint_override=endpoint or None,
        scheme=options.get("scheme"),
        connect_timeout=CONNECT_TIMEOUT_S,
        request_timeout=SILENT_S,
        retry_strategy=arrow_fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
    )


def _gs(_: str, options: Mapping[str, str]) -> arrow_fs.FileSystem:
    return arrow_fs.GcsFileSystem(
        anonymous=_is_set(options, "anonymous"),
        endpoint_override=options.get("endpoint_override"),
        scheme=options.get("scheme"),
        retry_time_limit=timedelta(seconds=RETRY_S),
    )


def _az(_: str, options: Mapping[str, str]) -> arrow_fs.FileSystem:
    account = options.get("account") or _first_set("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT")
    if not account:
        raise ValueError("no storage account: add ?account=NAME, or set AZURE_STORAGE_ACCOUNT")
    endpoint = options.get("endpoint_override")
    return arrow_fs.AzureFileSystem(
        account_name=account,
        account_key=_first_set("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_KEY"),
        sas_token=_first_set("AZURE_STORAGE_SAS_TOKEN"),
        blob_storage_authority=endpoint,
        dfs_storage_authority=endpoint,
        blob_storage_scheme=options.get("scheme"),
        dfs_storage_scheme=options.get("scheme"),
    )


_MAKERS = {"s3": _s3, "gs": _gs, "az": _az}


def _is_set(options: Mapping[str, str], name: str) -> bool:
    return options.get(name, "").lower() in ("true", "1", "yes")


def _first_set(*names: str) -> str | None:
    return next((os.environ[name] for name in names if os.environ.get(name)), None)
