"""One file a port of the core: items, driver, monitor, agent."""
