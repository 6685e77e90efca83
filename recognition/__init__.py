"""Images in, readings out: a library that knows no database and no web."""
