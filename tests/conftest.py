"""What all tests share: a Home Assistant that finds this integration."""

import pytest

# Home Assistant looks for custom integrations in the package of this name that is imported first.
import custom_components.smartcar_dynamic  # noqa: F401


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration from this repository."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")
