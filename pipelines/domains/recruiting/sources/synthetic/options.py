"""Options of the generated world: a bias in hiring, and one planted drift."""

from dataclasses import dataclass
from datetime import date

from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import EPOCH

#: What each switch changes from its date on; with `quiet_days` a monitor must stay silent.
DRIFT_SWITCHES = {
    "new_technology": "30 % of the technical openings require a new skill; 25 % of new applicants have it",
    "new_client": "a client without a past has 25 % of the openings",
    "english_openings": "twice as many openings have an English text",
    "form_without_salary": "the site's form no longer has a salary",
    "truncated_cvs": "the CVs of new applicants end after 500 characters",
    "recruiter_departure": "the busiest recruiter has left",
    "remote_openings": "95 % of the openings are remote",
    "sap_openings": "40 % of the openings of other professions become SAP openings",
    "senior_openings": "60 % of the openings become Sênior or Especialista",
    "salary_increase": "new applicants ask for 1.5 times the salary",
    "strict_clients": "hires are 0.4 times as frequent",
    "site_applications": "four times as many applications come through the site",
    "quiet_days": "nothing",
}
NEVER = 10**6


@dataclass(frozen=True)
class WorldOptions:
    """What differs from the published data.

    Attributes:
        bias: odds of a hire of women in proportion to those of men; with 1.0 sex does not matter.
        drift: name of a switch of DRIFT_SWITCHES, and its first day.

    Raises:
        ValueError: the bias is not above 0, or the switch is unknown.
    """

    bias: float = 1.0
    drift: tuple[str, date] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.bias <= 10:
            message = f"bias must be above 0 and at most 10, not {self.bias!r}"
            raise ValueError(message)
        if self.drift is not None and self.drift[0] not in DRIFT_SWITCHES:
            message = f"unknown drift {self.drift[0]!r}; use one of {', '.join(DRIFT_SWITCHES)}"
            raise ValueError(message)

    def first_day(self, switch: str) -> int:
        """Return the day since EPOCH from which a switch is on; NEVER if it is off."""
        if self.drift is None or self.drift[0] != switch:
            return NEVER
        return (self.drift[1] - EPOCH).days

    @property
    def drift_day(self) -> int:
        """The first day of the drift, whatever its switch; NEVER without one."""
        return NEVER if self.drift is None or self.drift[0] == "quiet_days" else self.first_day(self.drift[0])


#: The published data, without bias and drift.
PUBLISHED = WorldOptions()
