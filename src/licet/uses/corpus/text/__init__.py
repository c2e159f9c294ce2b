"""What happens to each document of a corpus between the gate and the snapshot.

Pure functions over Arrow arrays: the same rows give the same bytes under DuckDB, plain Python and Spark, in
any batch and any order. No clock, no files, no network. Import the module you need; some load a model.

`rendering` turns columns into documents, `redaction` and `names` take personal data out of them, `language`
says what they are written in, `signatures` and `near_duplicates` find those that repeat an earlier one.
"""
