"""The effect of each empty column of the refined tables."""

from __future__ import annotations

from collections.abc import Mapping

MISSING_COLUMN_EFFECTS: Mapping[tuple[str, str], str] = {
    ("interactions", "status"): "no outcomes: hires cannot be predicted, and matches are not graded",
    ("interactions", "updated_at"): "no past outcome counts, because the day when it was known is missing",
    ("interactions", "recruiter"): "the record of recruiters and their pools are unknown",
    ("items", "title"): "openings and applicants are not compared by title",
    ("items", "body"): "activities and CVs are not compared: new applicants are found by title only",
    ("items", "skills"): "required and known skills are not compared",
    ("items", "areas"): "areas of work are not compared",
    ("items", "city"): "places are not compared, and searches cannot be filtered by city",
    ("items", "state"): "searches cannot be filtered by state",
    ("items", "level"): "seniority is not compared",
    ("items", "degree"): "degrees are not compared",
    ("items", "english"): "required and known English are not compared",
    ("items", "spanish"): "required and known Spanish are not compared",
    ("items", "contract"): "searches cannot be filtered by contract",
    ("items", "client"): "the record of clients is unknown",
    ("items", "is_for_disabled"): "openings reserved for people with a disability cannot be filtered",
    ("items", "certificates"): "certificates are not compared",
    ("items", "salary"): "expected salaries are unknown",
    ("items", "has_email"): "how complete a record is does not count for the probability of a hire",
    ("users", "sex"): "the audit cannot compare groups by sex",
    ("users", "disability"): "the audit cannot compare groups by disability",
}
