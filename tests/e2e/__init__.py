"""A real Home Assistant, the simulated Smartcar, and a person at a browser."""
