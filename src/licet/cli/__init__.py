"""The command line: a thin door over `app`. Reads arguments, calls one operation, shows what came back."""
