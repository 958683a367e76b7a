"""The integration's English texts, so that the tests follow a change of words."""

from functools import cache
import json
import re
from typing import Any

from demo.harness.instance import INTEGRATION

# What the frontend renders as something else: placeholders, Markdown, line breaks.
_MARKUP = re.compile(r"\{\w+\}|\*\*|`|\[[^\]]*\]\([^)]*\)|\n|\d+\. ")


def translation(path: str, **placeholders: str) -> str:
    """Return the longest part of a text that is on the page as it is.

    The path has dots: `config.step.callback.title`.
    """
    text: Any = _texts()
    for name in path.split("."):
        text = text[name]
    for name, value in placeholders.items():
        text = text.replace(f"{{{name}}}", value)
    return max(_MARKUP.split(text), key=len).strip()


@cache
def _texts() -> Any:  # noqa: ANN401 - any JSON value
    return json.loads((INTEGRATION / "translations" / "en.json").read_text())
