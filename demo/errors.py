"""What the demo says when it cannot go on."""


class DemoError(Exception):
    """Something that a person has to read: what happened and what to do next."""
