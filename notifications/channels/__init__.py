"""The ways out. Each module loads its provider's SDK: for workers and the log-in adapter only."""
