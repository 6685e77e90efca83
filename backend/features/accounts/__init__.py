"""Staff accounts: passwords, one-time codes, sessions."""
