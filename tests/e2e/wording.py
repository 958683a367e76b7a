"""The integration's own words, so that the tests follow them when they are put better."""

from functools import cache
import json
from pathlib import Path
import re
from typing import Any

from demo.config_folder import INTEGRATION

_TEXTS = INTEGRATION / "translations" / "en.json"
# What the frontend renders as something else: placeholders, Markdown, line breaks.
_MARKUP = re.compile(r"\{\w+\}|\*\*|`|\[[^\]]*\]\([^)]*\)|\n|\d+\. ")


def wording(path: str, **placeholders: str) -> str:
    """Return the longest part of a text that stands on the screen as it is.

    The path has dots: `config.step.callback.title`.
    """
    text: Any = _texts(_TEXTS)
    for name in path.split("."):
        text = text[name]
    for name, value in placeholders.items():
        text = text.replace(f"{{{name}}}", value)
    return max(_MARKUP.split(text), key=len).strip()


@cache
def _texts(path: Path) -> Any:  # noqa: ANN401 - any JSON value
    return json.loads(path.read_text())
