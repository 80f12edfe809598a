"""More processes than a job may have, over a node."""

from tests.integration.stopping.test_processes import *

IN_CONTROL_GROUPS = True
