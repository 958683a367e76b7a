"""What a delivery costs."""
