"""Recommending: jobs and posts for one member, of what they permit, by what members permit to be learned."""
