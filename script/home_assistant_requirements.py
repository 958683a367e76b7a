"""Print what Home Assistant's integrations require, as its own manifests pin it.

Home Assistant would install these at its first start; fetching them here lets the demo and the
browser tests start at once and offline. Covers the default integrations and those of the demo's
configuration, with everything that they depend on.

Two packages of the voice assistant are left out: they would need a compiler, and the demo's
`demo/stand_ins` satisfies the imports.
"""

import json
from pathlib import Path

import homeassistant
from homeassistant.bootstrap import DEFAULT_INTEGRATIONS

COMPONENTS = Path(homeassistant.__file__).parent / "components"
CONFIGURED = {
    "application_credentials",
    "config",
    "diagnostics",
    "energy",
    "frontend",
    "history",
    "logbook",
    "my",
    "repairs",
    "sensor",
    "sun",
    "system_health",
    "webhook",
}
LEFT_OUT = ("pymicro-vad", "pyspeex-noise")


def requirements() -> set[str]:
    """Return the requirements of the configured integrations and their dependencies."""
    waiting = DEFAULT_INTEGRATIONS | CONFIGURED
    seen: set[str] = set()
    found: set[str] = set()
    while waiting:
        domain = waiting.pop()
        seen.add(domain)
        manifest = json.loads((COMPONENTS / domain / "manifest.json").read_text())
        found.update(manifest.get("requirements", ()))
        waiting |= set(manifest.get("dependencies", ())) - seen
    return {requirement for requirement in found if not requirement.startswith(LEFT_OUT)}


if __name__ == "__main__":
    print("\n".join(sorted(requirements())))
