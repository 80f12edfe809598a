"""Imported before Arrow and the engine: neither leaves a thread behind, beside which a fork is not safe.

Arrow's allocator would start a background thread at import, and so would the linear algebra of NumPy, which Arrow
imports where it is installed.
"""

import os

os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
