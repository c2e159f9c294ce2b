"""The downloads of platforms other than LinkedIn, read record by record for their owner.

`archive_kinds` says whose download a file is, by what stands in it; a module a platform turns its files into
`archive_records`. Nothing is kept and nothing is written: a record here is which values are filled, of what kind they
are, when it was made, and a passage of the owner's own words.
"""
