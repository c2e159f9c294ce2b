"""What is said about policies: comparison, difference, guide, quotations, exchange, lint."""
