"""How recruiting is monitored: the hire classifier's predictions, and what arrives at the service."""

from __future__ import annotations

from pipelines.domains.recruiting.monitored.applications import APPLICATIONS, RECRUITERS
from pipelines.domains.recruiting.monitored.entities import APPLICANTS, OPENINGS
from pipelines.domains.recruiting.monitored.predictions import read_predictions, read_reference
from pipelines.plans.monitoring import Monitoring

#: Half of all hires are known after 8 days, nine of ten after 34: later outcomes complete the rate.
OUTCOME_DAYS = 90

MONITORING = Monitoring(
    reference=read_reference,
    predictions=read_predictions,
    outcome_days=OUTCOME_DAYS,
    inputs={
        "openings": OPENINGS,
        "applicants": APPLICANTS,
        "applications": APPLICATIONS,
        "recruiters": RECRUITERS,
    },
)
