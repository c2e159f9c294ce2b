"""Faults of the model: what left is counted on, or one member's runs are served. Killed by tests of any history."""

from __future__ import annotations

from faults import Fault

_LOG, _COUNTS, _RUNS, _KEPT = (
    "licet.uses.model.counts_log",
    "licet.uses.model.member_counts",
    "licet.uses.model.token_runs",
    "licet.uses.corpus.kept_documents",
)

FAULTS = [
    Fault(
        "who leaves stays counted",
        _COUNTS,
        "(np.setdiff1d(then, now, assume_unique=True), -1)",
        "(np.setdiff1d(then, now, assume_unique=True), 0)",
        "a model goes on saying what somebody who refused had written",
    ),
    Fault(
        "what one member wrote is served",
        _LOG,
        "served = rule.served(summed(parts))",
        "served = summed(parts)",
        "a model recites what one member alone wrote",
    ),
    Fault(
        "what the second member took back is served on",
        _LOG,
        "now = rule.served(changed(base, changes))",
        "now = changed(base, changes)",
        "when one of two leaves, what the other alone wrote is recited",
    ),
    Fault(
        "what rises is served from its first member on",
        _LOG,
        "now = rule.served(now)",
        'now = now[now["members"] >= 1]',
        "what somebody wrote since the tables were made is recited",
    ),
    Fault(
        "runs begin before their document",
        _RUNS,
        "there[before] = place[predicted] >= before",
        "there[before] = place[predicted] >= 0",
        "what is subtracted is not what was counted, and the rest stays",
    ),
    Fault(
        "saying it often counts",
        _RUNS,
        "return each_once(np.sort(runs[there]))",
        "return np.sort(runs[there])",
        "who repeats a secret has it served",
    ),
    Fault(
        "who left does not linger",
        _LOG,
        'gone = np.unique(np.concatenate([np.array(withdrawn, "S16"), *(one["person"] for one in people)]))',
        'gone = np.array(withdrawn, "S16")[:0]',
        "a purge passes over the files in which what they wrote stands still",
    ),
    Fault(
        "a repeat that comes back is overlooked",
        _KEPT,
        "for part in (one.records, one.changes)",
        "for part in (one.records, None)",
        "a model is not brought to a document that is kept in the place of one that left",
    ),
    Fault(
        "numbers are looked for in records of eight bytes alone",
        "licet.store.packed_numbers",
        "for offset in at[self._numbers[place] == numbers].tolist():",
        "for offset in at[(self._numbers[place] == numbers) & (at % 8 == 0)].tolist():",
        "runs of somebody lie in a table, and the search finds nothing",
    ),
    Fault(
        "what a use keeps words as is not looked for",
        "licet.app.purge",
        "if isinstance(use, Numbering) else ()",
        "if not isinstance(use, Numbering) else ()",
        "a forgetting is certified of which no table of the model was looked into",
    ),
    Fault(
        "a network that holds somebody who refused is read on",
        "licet.app.adaptations",
        "return every - shards_of(said, secret_of(core.salt, KIND), changed)",
        "return every",
        "what somebody took back is recited until somebody runs an update",
    ),
    Fault(
        "a network is trained again for nobody who leaves",
        "licet.uses.model.adapted_model",
        "if checkpoint.bucket != bucket.digest:",
        "if checkpoint.bucket == bucket.digest and not bucket.texts:",
        "a network remembers who left, and is certified not to",
    ),
    Fault(
        "a checkpoint of any chain will do",
        "licet.uses.model.checkpoint_chain",
        "if checkpoint_id_in(data) != checkpoint.id:",
        "if checkpoint_id_in(data) is None:",
        "an earlier network, with who left in it, is put in the place of the one without",
    ),
    Fault(
        "networks are trained on wherever they are",
        "licet.uses.model.adapted_model",
        "here.require(earlier.chain_environment)",
        "here.differs(earlier.chain_environment)",
        "an update is told to be what a training from scratch makes, and is not",
    ),
    Fault(
        "an audit needs no secret to be found before",
        "licet.app.audit_trial",
        "if not before.planted_runs:",
        "if False:",
        "an audit finds nothing after forgetting because there was nothing before",
    ),
    Fault(
        "numbers are served like words",
        "licet.uses.model.serving_rule",
        "return np.where(digits >= 2, self.of_numbers, self.least)",
        "return np.where(digits >= 2, self.least, self.least)",
        "a code that one member says is served because somebody else once wrote its digits",
    ),
    Fault(
        "a member's documents are counted apart",
        "licet.uses.model.spread_counts",
        "[True], members[1:] != members[:-1], [True]",
        "[True], members[1:] == members[1:], [True]",
        "who wrote a secret in two documents is two members, and has it served",
    ),
]
