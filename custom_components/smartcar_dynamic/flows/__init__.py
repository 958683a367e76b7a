"""The steps of the flows, by purpose."""
