"""Choosing an advertisement: by the page always, by permitted interests where handed any. It knows no member."""
