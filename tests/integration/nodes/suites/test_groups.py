"""What a job leaves behind, over a node that holds it in a control group."""

from tests.integration.stopping.test_descendants import SETTINGS, pytestmark, test_after_a_stop

IN_CONTROL_GROUPS = True
