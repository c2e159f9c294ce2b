"""Uses: what members' data is used for. Strangers to one another; each sees only what the gate hands it."""
