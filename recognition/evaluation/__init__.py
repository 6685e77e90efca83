"""How often the readings are right: `python -m recognition.evaluation DIR`."""
