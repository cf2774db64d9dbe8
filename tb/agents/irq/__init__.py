"""The interrupt line."""
