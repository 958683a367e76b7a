"""Smartcar itself, tested without Home Assistant."""
