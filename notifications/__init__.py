"""Messages in, receipts out: SMS and WeChat behind one small contract. Knows no database and no web."""
