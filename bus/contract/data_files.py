"""How the names of files that can be tables end. Pure."""

PARQUET_SUFFIXES = (".parquet", ".parq", ".pq")
CSV_SUFFIXES = (".csv", ".tsv", ".tab", ".psv")
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
TEXT_SUFFIXES = (*CSV_SUFFIXES, *JSON_SUFFIXES)
WORKBOOK_SUFFIX = ".xlsx"
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
"""What may stand behind the suffix of a text file, and what the engine calls that compression."""
TABLE_SUFFIXES = (
    *PARQUET_SUFFIXES,
    *TEXT_SUFFIXES,
    *(f"{plain}{packed}" for plain in TEXT_SUFFIXES for packed in COMPRESSIONS),
    WORKBOOK_SUFFIX,
)
