"""One encrypted file with the database and the media that it refers to; the keys are never in it."""
