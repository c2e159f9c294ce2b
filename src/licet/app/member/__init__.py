"""What one member is owed: where they stand, what is done with their data, what a change of mind would change.

`own_records` finds the member's own rows, `record_contents` says what is in one, `data_uses` asks `decide` about every
record for every use, `use_history` says what was done, `choice_preview` what a switch would change, `member_notices`
what was announced. Everything here is for the member alone: whoever calls has made sure who is asking.
"""
