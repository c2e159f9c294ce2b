"""Lists that are shared for advertising, and taken back: `workspace.uses.ads`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.results import silent
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.ads.list_deliveries import ListDelivered
    from licet.app.ads.list_statuses import ListDeliveryMade, ListStatus
    from licet.app.ads.listed_audiences import AudienceBuilt, AudienceStanding
    from licet.app.ads.who_has import HeldBy
    from licet.uses.use import Progress


@names_wrong_types
class AdOperations:
    """Lists that are shared for advertising, and taken back: `workspace.uses.ads`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def audiences(self) -> list[AudienceStanding]:
        """Every audience of `segments.yaml`, and how many it would deliver. Raises: UseError ADS-001, ADS-002."""
        from licet.app.ads.listed_audiences import audiences

        return audiences(self._core)

    def build(self, audience: str | None = None, *, progress: Progress = silent) -> list[AudienceBuilt]:
        """Make the audiences of every recipient anew, or of that of one audience. Raises: UseError ADS-001 to ADS-006;
        as a gate."""
        from licet.app.ads.listed_audiences import build

        with clear_disk_errors("building audiences"):
            return build(self._core, audience, progress)

    def deliver(
        self, audience: str, folder: str | Path | None = None, *, progress: Progress = silent
    ) -> ListDelivered:
        """Make the next delivery of an audience, where anything changed since the last, and write the files of every
        delivery that nobody confirmed into a folder, to be handed over. Everybody on it permits it as of now.

        Raises: as `app.ads.list_deliveries.deliver`, and as `app.drop_screening.screen_what_is_kept`.
        """
        from licet.app.ads.list_deliveries import deliver
        from licet.app.drop_screening import screen_what_is_kept

        screen_what_is_kept(self._core)
        with clear_disk_errors("delivering a list"), self._core.absences.once_done() as absences:
            return deliver(self._core, audience, None if folder is None else Path(folder), absences, progress)

    def begin_anew(self, audience: str) -> list[ListStatus]:
        """Go on with the lists of an audience of which what was held was lost; see `app.ads.lost_lists`.

        Raises: DeliveryError DLVR-088 where nothing was.
        """
        from licet.app.ads.lost_lists import begin_anew

        return begin_anew(self._core, audience)

    def lists(self, *, overdue: bool = False) -> list[ListStatus]:
        """Every list that was delivered, and how it stands. overdue: those alone that were not done in time."""
        from licet.app.ads.list_statuses import list_statuses

        return [one for one in list_statuses(self._core) if not overdue or one.is_late]

    def deliveries(self, audience: str | None = None) -> list[ListDeliveryMade]:
        """Every delivery that the ledger tells of, the latest last; of one audience, where it is named."""
        from licet.app.ads.list_statuses import deliveries_made

        return deliveries_made(self._core, audience)

    def acknowledge(self, answer: str | Path) -> ListStatus:
        """Record what a recipient signed about a delivery, from its file. Raises: as `list_answers.acknowledge`."""
        from licet.app.ads.list_answers import acknowledge
        from licet.app.feed_application import read_note

        return acknowledge(self._core, read_note(Path(answer)))

    def hand_in(self, answer: str) -> ListStatus:
        """The same of the answer itself."""
        from licet.app.ads.list_answers import acknowledge

        return acknowledge(self._core, answer)

    def record_result(self, export: str, sequence: int, *, source: str, refused: int = 0) -> ListStatus:
        """Record what a recipient's own result file says of a delivery; see `list_answers.record_result`."""
        from licet.app.ads.list_answers import record_result

        return record_result(self._core, export, sequence, source, refused)

    def who_has(self, subject: str) -> list[HeldBy]:
        """Every list that has a member, or may: since when, by which rule, and what is known of their removal.

        Raises: AppError APP-013 for one whom nobody heard of.
        """
        from licet.app.ads.who_has import who_has

        return who_has(self._core, subject)

    def can_have_lists(self) -> bool:
        """Whether the policy in force permits anybody the hash of an address for advertising."""
        from licet.app.ads.who_has import can_have_lists

        return can_have_lists(self._core)
