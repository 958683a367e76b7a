"""The callback URI in Home Assistant."""
