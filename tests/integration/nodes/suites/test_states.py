"""A stop in every state, over a node."""

from tests.integration.stopping.test_states import *

IN_CONTROL_GROUPS = True
