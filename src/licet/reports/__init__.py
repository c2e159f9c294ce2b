"""What laws and readers ask to be published of a corpus or a model: drawn from what its manifest says, no further."""
