"""What a resident does with their own data without asking anybody: take a copy of it, close the account."""
