"""Why nothing arrives: told, and mended."""
