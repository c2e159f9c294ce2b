"""Lists for recipients of advertising data: who of those that permit it is in which audience, by a hashed address."""
