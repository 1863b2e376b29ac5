"""The classifier of pairs: whether an applicant is right for an opening, from what was known on a day.

A day is the clock: what happened on the same day is unknown. The status of a past application counts only if
it was updated before the day, and no status, date of update, comment or code is a feature itself.
"""
