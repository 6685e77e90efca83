"""Residents who use the mini-program: log-in, phone number, binding to a household."""
