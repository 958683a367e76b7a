"""Smartcar's webhooks in Home Assistant, which finds here what it calls in an entry's life."""

import sys

try:
    from .lifecycle import (
        CONFIG_SCHEMA,
        async_remove_config_entry_device,
        async_remove_entry,
        async_setup,
        async_setup_entry,
        async_unload_entry,
    )
except ImportError:
    # Whoever imports smartcar/ imports this package first, and need not have Home Assistant.
    if sys.modules.get("homeassistant") is not None:
        raise
else:
    __all__ = [
        "CONFIG_SCHEMA",
        "async_remove_config_entry_device",
        "async_remove_entry",
        "async_setup",
        "async_setup_entry",
        "async_unload_entry",
    ]
