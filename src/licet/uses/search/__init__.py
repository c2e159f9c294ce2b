"""Search: advertisements about nobody, and members where a policy lets them be found, by the words of a sentence."""
