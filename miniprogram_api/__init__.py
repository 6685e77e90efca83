"""The JSON API of the residents' mini-program."""
