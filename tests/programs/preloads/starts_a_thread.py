"""To be preloaded into a fork server: a thread stays beside it."""

import threading

threading.Thread(target=threading.Event().wait, daemon=True).start()
