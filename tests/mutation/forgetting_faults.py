"""Faults of forgetting: a certificate that says more than happened, or what was to be looked for is lost."""

from __future__ import annotations

from faults import Fault

_OUTCOME, _CERTIFICATE = "licet.receipts.forgetting_outcome", "licet.receipts.forgetting_certificate"
_ENVELOPE, _REMOVAL = "licet.receipts.dsse_envelope", "licet.app.removal"
_FORGETTINGS, _QUEUE = "licet.app.forgettings", "licet.app.forgetting_queue"

FAULTS = [
    Fault(
        "a forgetting is EXACT whatever is pending",
        _OUTCOME,
        'if self.status != "PENDING" and not (is_done and is_clean and not waits):',
        "if False:",
        "somebody is certified forgotten while their words are found",
    ),
    Fault(
        "who is in an artefact is certified forgotten",
        _CERTIFICATE,
        "return proof is not None and proof.verify(root, version.members_key, subject) is Membership.ABSENT",
        "return proof is not None",
        "a certificate of a forgetting holds a proof of presence",
    ),
    Fault(
        "what a certificate says is not held to its outcome",
        _CERTIFICATE,
        'if self._said.model_dump(mode="json", by_alias=True) != meant:',
        "if False:",
        "the sentences of a certificate say EXACT of what is pending",
    ),
    Fault(
        "white space of a certificate is anybody's",
        _CERTIFICATE,
        "if is_sealed(self._envelope, self._key) and self._is_as_given:",
        "if is_sealed(self._envelope, self._key):",
        "a byte of a certificate is changed and nobody finds it",
    ),
    Fault(
        "any type is signed as a statement",
        _ENVELOPE,
        ' or envelope["payloadType"] != payload_type:',
        ":",
        "an envelope says of what it holds that it is something else",
    ),
    Fault(
        "what is to be looked for is not kept",
        _REMOVAL,
        "            kept.write(person.number, made)\n",
        "            pass\n",
        "who dies between the purge and the search certifies one that looked for next to nothing",
    ),
    Fault(
        "what was looked for is let go of whatever was found",
        _REMOVAL,
        "            if not left:\n",
        "            if True:\n",
        "words of somebody lie in the store, and the next try does not look for them",
    ),
    Fault(
        "a forgetting is told to whoever knows its number",
        _FORGETTINGS,
        "if theirs is not None and subject in (None, theirs):",
        "if theirs is not None:",
        "a member downloads the certificate of another",
    ),
    Fault(
        "who follows forgets people against their later choice",
        _QUEUE,
        "if self._is_due(one, copies, moment) and chosen_anew(core, one) is None]",
        "if self._is_due(one, copies, moment)]",
        "somebody asks to be forgotten, opts in again, and is forgotten all the same",
    ),
    Fault(
        "a page of the feed ends before its end",
        "licet.app.forgetting_feed",
        "page[-1].index + 1 if is_more else end",
        "page[-1].index + 2 if is_more else end",
        "a step of a forgetting is in no page, and who keeps up with them never hears of it",
    ),
    Fault(
        "who was pending is looked at no more",
        "licet.app.open_forgettings",
        "numbers = known.numbers | {",
        "numbers = {",
        "a forgetting that waits is never carried out, once it was looked at",
    ),
    Fault(
        "the newest of a line is whatever is newest",
        "licet.app.artefacts",
        "                if is_known and is_its:",
        "                if is_its:",
        "what stood when somebody asked is told to be what stands now",
    ),
    Fault(
        "a false line of a snapshot is not found",
        "licet.store.store_verification",
        "name in said and said[name] != line_of(snapshot)",
        "name in said and said[name] is None",
        "an artefact lies in the store that nobody who looks for the newest finds, and a store that is verified says "
        "nothing of it",
    ),
    Fault(
        "a copy is told by another's answers",
        "licet.app.copy_entries",
        'self._told.setdefault(entry.payload["export"], []).append(entry)',
        'self._told.setdefault("", []).append(entry)',
        "a recipient took somebody out and said so, and the copy is overdue for ever",
    ),
    Fault(
        "what was begun before a forgetting is published after it",
        "licet.app.concluded_forgettings",
        "if entry.payload is None or (is_looked_for and number in asked):",
        "if entry.payload is None:",
        "somebody is certified forgotten, and what was under way then holds them for good",
    ),
    Fault(
        "a copy leaves with whoever asked while it was written",
        "licet.app.corpora",
        "        refuse_asked(core, provenance.position)\n",
        "",
        "a certificate says that no copy left, and one was being written",
    ),
    Fault(
        "what died while it was tried is left where it lies",
        "licet.app.core",
        "            clear_trials(self.layout.trials)\n",
        "            del clear_trials\n",
        "texts of somebody who is certified forgotten lie in a folder that no search looks into",
    ),
]
