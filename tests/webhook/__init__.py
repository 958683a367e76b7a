"""Tests of the callback URI in Home Assistant."""
