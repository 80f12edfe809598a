"""python -m bench.limits.forks rate|first bare|fork|forkserver COUNT"""

import json
import os
import sys

if __name__ == "__main__":
    from bench.limits.forking import measure

    print(json.dumps(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))), flush=True)
    os._exit(0)  # the engine's bindings complain at the end of an interpreter that has forked
