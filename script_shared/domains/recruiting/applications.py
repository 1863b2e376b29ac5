"""What events report of an application, in the words of the data, and how much each counts."""

from __future__ import annotations

from collections.abc import Mapping

#: The events of an application.
APPLIED, ADVANCED, REFUSED, HIRED = "applied", "advanced", "refused", "hired"
#: The status of the data that each event sets; more exact ones come with the source's files.
STATUSES: Mapping[str, str] = {
    APPLIED: "Prospect",
    ADVANCED: "Entrevista Técnica",
    REFUSED: "Recusado",
    HIRED: "Contratado pela Decision",
}
#: The status of an application that the applicant has withdrawn.
WITHDRAWN = "Desistiu"


def weight(details: Mapping[str, str | float]) -> float:
    """Return the weight of an event: 1 for an application, 0 for what becomes of it.

    An outcome is no second application: it must not raise a count. It still belongs to the history, so that
    an application of which only the outcome was reported is not proposed again.
    """
    status = details.get("status", STATUSES[APPLIED])
    return 1.0 if status == STATUSES[APPLIED] else 0.0
