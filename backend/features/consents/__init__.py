"""What a resident has agreed to, for one purpose at a time, and taken back as easily."""
