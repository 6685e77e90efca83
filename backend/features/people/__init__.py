"""Persons, households and their vehicles: plain registers that the property keeps."""
