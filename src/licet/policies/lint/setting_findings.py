"""Controls that do not work for members: they govern nothing, or leaving takes longer than joining."""

from __future__ import annotations

from collections.abc import Iterator

from licet.packs.model import Pack
from licet.packs.pack_problems import Problem


def check_settings(pack: Pack) -> Iterator[Problem]:
    governing = {rule.setting for rule in pack.rules}
    replaced = {old for setting in pack.settings.values() for old in setting.replaces}
    for id_, setting in pack.settings.items():
        if id_ not in governing and id_ not in replaced:
            what = f'the setting "{id_}" governs no rule: switching it off changes nothing'
            yield Problem("PACK-105", ("settings", id_), what, "name it as a permit's setting:", at_key=True)
        steps = len(setting.path)
        steps_in, steps_out = setting.steps_in or steps, setting.steps_out or steps
        if steps_out > steps_in:
            key = "steps_out" if setting.steps_out is not None else "steps_in"
            what = f'the setting "{id_}" takes {steps_out} steps to switch off and {steps_in} to switch on'
            fix = "make leaving as short as joining, or correct the count"
            yield Problem("PACK-106", ("settings", id_, key), what, fix)
