"""What one member is owed: where they stand, what is done with their data, what a change of mind would change.

`records` reads the member's own rows, `settings` and `standing` say what each control is and how it stands, `flows`
asks `decide` about every record for every use, `history` says what was done, `preview` what a switch would change,
`notices` what was announced. Everything here is for the member alone: whoever calls has made sure who is asking.
"""
