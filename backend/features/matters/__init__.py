"""What a resident asks of the property: a person of the household more or less, a car, data corrected or deleted."""
