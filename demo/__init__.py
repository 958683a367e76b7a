"""A real Home Assistant with the integration, and a simulated Smartcar beside it."""
