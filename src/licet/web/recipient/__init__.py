"""A recipient of lists over HTTP, to try a platform against: see `licet.app.reference_recipient`."""
