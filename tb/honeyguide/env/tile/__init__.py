"""The tile level: what plays, records and stores without Python."""
