"""Smartcar itself: its payloads, signals, problems and APIs. Knows nothing of Home Assistant."""
