"""The pages in a real browser, against a real server process. One browser and one server serve the whole folder."""
