"""Names that others chose are plain text."""

from custom_components.smartcar_dynamic.util import plain_text


def test_a_plain_name_stays_as_it_is() -> None:
    assert plain_text("Hyundai IONIQ 5 · 0001") == "Hyundai IONIQ 5 · 0001"
