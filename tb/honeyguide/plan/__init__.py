"""The plan of features, tests and coverage points, and its check."""
