"""Files of any kind: what the importer makes of those that are not as they should be."""
