"""The ways out. Each module loads its provider's SDK: import them in workers and in the log-in adapter only."""
