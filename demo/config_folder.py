"""A configuration folder for Home Assistant: on loopback, and with the repository's integration."""

import json
from pathlib import Path

from demo.ports import LOOPBACK

INTEGRATION = Path(__file__).parents[1] / "custom_components" / "smartcar_dynamic"

# Not `default_config`: it looks around in the network (cloud, bluetooth, zeroconf, usb …).
CONFIGURATION = """\
homeassistant:
frontend:
config:
application_credentials:
diagnostics:
energy:
history:
logbook:
my:
repairs:
sun:
system_health:
webhook:
logger:
  default: info
  logs:
    custom_components.smartcar_dynamic: debug
recorder:
  commit_interval: 1
"""


def write_config_folder(folder: Path, port: int) -> None:
    """Write what Home Assistant needs at its first start; later starts keep what is there."""
    (folder / "configuration.yaml").write_text(CONFIGURATION)
    components = folder / "custom_components"
    components.mkdir(exist_ok=True)
    link = components / INTEGRATION.name
    if not link.is_symlink():
        link.symlink_to(INTEGRATION, target_is_directory=True)
    storage = folder / ".storage"
    storage.mkdir(exist_ok=True)
    _store(storage, "http", {"stable": _http(port), "pending": None, "yaml_migration_done": True})
    if not (storage / "onboarding").exists():
        # Done beforehand: the steps that would fetch the weather and the radio from the internet.
        _store(
            storage,
            "onboarding",
            {"done": ["core_config", "analytics"]},
            version=4,
            minor_version=1,
        )


def _http(port: int) -> dict[str, object]:
    return {
        "server_host": [LOOPBACK],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-11-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }


def _store(
    storage: Path, key: str, data: dict[str, object], *, version: int = 2, minor_version: int = 2
) -> None:
    content = {"version": version, "minor_version": minor_version, "key": key, "data": data}
    (storage / key).write_text(json.dumps(content))
