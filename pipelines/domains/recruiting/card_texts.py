"""The texts of the model card that are the same for every release."""

from __future__ import annotations

TITLE = "Model card: applicants for openings, openings for applicants"
INTENDED_USE = [
    "To propose applicants for an opening, and openings for an applicant, to a recruiter who looks at each.",
    "To show which requirements of an opening an applicant's texts meet, with the line that shows it.",
    "To estimate, as a calibrated probability with its condition, how an application is decided.",
]
NOT_INTENDED_FOR = [
    "Rejecting anybody without a person's review: a place on a list or a probability is no decision.",
    "Persons, professions or countries that the data does not contain.",
    "Judging a person: what is estimated is the decision of others, with their habits and their errors.",
]
HUMAN_OVERSIGHT = (
    "A person decides on every application. The service says `approved by the model`, never hired or "
    "rejected; "
    "each answer names its reasons and requirements; who is affected can ask for a review (LGPD, article 20; "
    "EU AI Act, articles 14 and 86), and the recruiter can ignore every proposal. Recruiters should look at "
    "people beyond the first list, and at unknown requirements before missing ones."
)
NO_CONTACT = "not stated: set MODEL_CARD_CONTACT"
#: What the scores and probabilities mean, by model; `lists` are those of segments.
MEANINGS = {
    "lists": (
        "The score orders one list; it is no probability, and scores of two lists cannot be compared. It is "
        "learned from who applied or was put forward, not from who was good."
    ),
    "match": (
        "The probability that an application ends with a positive status of the matching label (approved, "
        "hired, proposal sent or accepted), whether or not it has been decided yet; all other statuses count "
        "as no, undecided ones included."
    ),
    "predict": (
        "The probability of a hire given that the application is decided: applications that stay open "
        "are left "
        "out of the training data. Among decided applications about one in four is a hire, among all "
        "about one "
        "in twenty, so it must not be read as the probability that a person will be hired."
    ),
    "requirements": (
        "Log-odds of a hire, given that the application is decided, by the shares of requirements that "
        "are met "
        "and the distance of the seniority alone. It explains how much a requirement matters and orders the "
        "comparison after an edit; it ranks no list and decides nothing."
    ),
    "classifier": "The probability of the outcome that its description names.",
}
APPROVES_NOBODY = (
    "none: no score keeps the promised precision by its lower confidence limit, nobody is approved"
)
NOT_EVALUATED = "not evaluated in this run"
NOT_AUDITED = "not audited in this run"
LIMITS = [
    "The data are the decisions of one staffing firm; a model that learns from them repeats their habits.",
    "Most applications are never decided, and those of the last 60 days are decided later: figures of the "
    "newest months are too low.",
    "An export may end at 25 applications an opening: openings with 25 are incomplete.",
    "Texts and levels of applicants are as they are at the end of the data, which may be after the "
    "application.",
    "Which opening hires is far easier to foresee than whom: figures within an opening count for a "
    "recruiter.",
    "A skill is found by its names in a reviewed vocabulary: one that is described in other words is "
    "reported "
    "as missing, and phrases without a known skill are not assessed.",
    "Weights of requirements describe past decisions: one that is hardly ever known has a weight near 0 or "
    "of either sign, and a negative weight is no advice.",
    "Quoted lines hide addresses, telephone numbers and links, but may contain a name.",
    "The groups of most applicants are unknown to the audit; a group without an alarm is no proof of "
    "fairness.",
]
RETENTION = [
    "A release contains ids, counts, vectors and the texts of openings and applicants; it is deleted "
    "when its "
    "folder is. Erasing an applicant removes the texts from the running service at once, and from the next "
    "release.",
    "Predictions are logged with the release, the threshold, the score, the features and a keyed pseudonym; "
    "INFERENCE_LOG_DAYS says for how long. The EU AI Act asks deployers of high-risk systems for at "
    "least six "
    "months (article 26).",
    "The audit reads sex, disability and state from a table of its own, and stores counts only.",
]
LAW = [
    "EU AI Act, annex III, 4(a): recruitment is high-risk. This card, the log of predictions and the "
    "audit are "
    "parts of the documentation, not all of it.",
    "New York City, Local Law 144: rates and ratios of the audit follow its definitions; the law also "
    "asks for "
    "an independent auditor and a notice to candidates.",
    "LGPD, articles 6, 18 and 20: reasons with every answer, erasure, review by a person.",
]
