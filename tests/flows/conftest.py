"""Flows that do not wait for Smartcar's challenge."""

from collections.abc import Generator
from unittest.mock import patch

import pytest

NO_TIME = patch("custom_components.smartcar_dynamic.flows.challenge._WAIT_TIMEOUT", 0)


@pytest.fixture
def no_time_to_wait() -> Generator[None]:
    """Give up waiting for a challenge at once."""
    with NO_TIME:
        yield
