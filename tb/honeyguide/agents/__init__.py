"""One folder a port of the core: items, drivers, monitors."""
