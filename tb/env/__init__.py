"""What surrounds the core in every test: predictor, scoreboard, log, seeds, speeds."""
