"""Do the adapters survive any bytes? Coverage-guided fuzzing of verify and parse: `python -m devkit.fuzz`."""
