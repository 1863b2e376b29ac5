"""The columns of raw openings, applicants and applications, whatever file they come from; all are text."""

from __future__ import annotations

from collections.abc import Mapping

APPLICATIONS, OPENINGS, APPLICANTS = "applications", "openings", "applicants"

_TIME = "ISO 8601, a date such as 31/12/2024, or milliseconds since 1970"
_FLAG = "true or false"
_SHARED: Mapping[str, str] = {
    "areas": "areas of work, separated by commas",
    "location": "the place, as any text; city and state if empty",
    "city": "the city",
    "state": "the state, by name or abbreviation",
    "level": "seniority, such as Júnior, Pleno or Sênior",
    "degree": "education, such as Ensino Superior Completo",
    "english": "Nenhum, Básico, Intermediário, Avançado or Fluente",
    "spanish": "the same",
    "other_language": "another language and its level",
}

#: The columns of each kind of row that must have a value, and the meaning of each.
REQUIRED: Mapping[str, Mapping[str, str]] = {
    APPLICATIONS: {
        "opening_id": "the opening's code: 1 to 240 characters",
        "applicant_id": "the applicant's code: 1 to 240 characters",
        "timestamp": f"when the person applied, or was proposed: {_TIME}",
    },
    OPENINGS: {"opening_id": "its code, with the code of the applications"},
    APPLICANTS: {"applicant_id": "the code, with the code of the applications"},
}
#: The columns that may be empty.
OPTIONAL: Mapping[str, Mapping[str, str]] = {
    APPLICATIONS: {
        "status": "what became of it so far, such as Prospect or Contratado pela Decision",
        "updated_at": f"when the status was last changed: {_TIME}",
        "recruiter": "who proposed the person, as any code",
    },
    OPENINGS: {
        "published_at": f"when it was requested: {_TIME}",
        "title": "its title",
        "body": "the activities",
        "skills": "the required competencies",
        **_SHARED,
        "contract": "kinds of contract, separated by commas",
        "client": "the client, as any code",
        "analyst": "who is responsible for it, as any code",
        "priority": "its priority, as any text",
        "objective": "why it was opened, as any text",
        "origin": "a new position or a replacement, as any text",
        "is_sap": f"whether it is about SAP: {_FLAG}",
        "is_for_disabled": f"whether it is reserved for people with a disability: {_FLAG}",
        "value": "what the client pays, as any text",
    },
    APPLICANTS: {
        "published_at": f"when the person registered: {_TIME}",
        "title": "the professional title or objective",
        "body": "the CV",
        "skills": "technical knowledge",
        **_SHARED,
        "certificates": "certificates, separated by commas",
        "other_certificates": "further certificates",
        "salary": "the expected salary, in R$ a month unless it says otherwise",
        "has_email": f"whether an e-mail address is known: {_FLAG}",
        "has_phone": f"whether a phone number is known: {_FLAG}",
        "has_linkedin": f"whether a LinkedIn profile is known: {_FLAG}",
        "has_location": f"whether the place is known: {_FLAG}",
        "has_objective": f"whether the person stated an objective: {_FLAG}",
        "has_corporate_email": f"whether the address is not one of a free provider: {_FLAG}",
        "is_complete": f"whether empty fields were left empty, or else are unknown: {_FLAG}; true if empty",
        "sex": "used only by the audit, as any text",
        "disability": "used only by the audit, as any text",
    },
}
#: The columns that identify a row: the quarantine keeps no others, because texts are personal data.
KEYS: Mapping[str, tuple[str, ...]] = {
    APPLICATIONS: ("opening_id", "applicant_id"),
    OPENINGS: ("opening_id",),
    APPLICANTS: ("applicant_id",),
}
TIMES: Mapping[str, tuple[str, ...]] = {
    APPLICATIONS: ("timestamp", "updated_at"),
    OPENINGS: ("published_at",),
    APPLICANTS: ("published_at",),
}
FLAGS: Mapping[str, tuple[str, ...]] = {
    APPLICATIONS: (),
    OPENINGS: ("is_sap", "is_for_disabled"),
    APPLICANTS: (
        *("has_email", "has_phone", "has_linkedin", "has_location", "has_objective", "has_corporate_email"),
        "is_complete",
    ),
}


def list_texts(kind: str) -> list[str]:
    """Return the optional columns of a kind that are neither times nor flags."""
    return [name for name in OPTIONAL[kind] if name not in (*TIMES[kind], *FLAGS[kind])]
