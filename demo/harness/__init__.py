"""Runs a real Home Assistant with the repository's integration, for the demo and browser tests."""

from .answers import FlowStep, State
from .client import HomeAssistantClient
from .instance import HomeAssistantInstance
from .onboarding import CoreConfig
from .waiting import HarnessError, until

__all__ = [
    "CoreConfig",
    "FlowStep",
    "HarnessError",
    "HomeAssistantClient",
    "HomeAssistantInstance",
    "State",
    "until",
]
