"""Every KMS of the thorough suite through the cases of the quick one."""

from ..test_matrix import *  # noqa: F403
