"""To be preloaded into a fork server: its loading does not end while the file that the variable names is there."""

import os
import time
from pathlib import Path

POLL_S = 0.005

while Path(os.environ["DEADSTOP_TESTS_GATE"]).exists():
    time.sleep(POLL_S)
