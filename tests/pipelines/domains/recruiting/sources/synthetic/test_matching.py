"""The planted rule decides who is hired, the texts tell what it needs, protected attributes do not matter."""

import re

import numpy as np
import pytest

from pipelines.domains.recruiting.sources.synthetic import WorldOptions, generate
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cv_phrases import ENGLISH_CV, PORTUGUESE_CV
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import STATUSES
from pipelines.domains.recruiting.sources.synthetic.world import make_world

POSITIVE = {
    "Contratado pela Decision", "Contratado como Hunting", "Aprovado", "Proposta Aceita",
    "Encaminhar Proposta",
}  # fmt: skip
NEGATIVE = {
    "Não Aprovado pelo Cliente", "Não Aprovado pelo RH", "Não Aprovado pelo Requisitante", "Recusado",
    "Desistiu", "Desistiu da Contratação", "Sem interesse nesta vaga",
}  # fmt: skip


def column_by_code(table, name):
    return dict(zip(table["code"], table[name], strict=True))


def list_decided(decision):
    """Return applicant, score and outcome of the decided applications."""
    truth = decision.truth["applications"]
    scores = dict(zip(zip(truth["opening"], truth["applicant"], strict=True), truth["z"], strict=True))
    rows = [
        (int(row["codigo"]), scores[int(opening), int(row["codigo"])], row["situacao_candidado"])
        for opening, row in decision.applications
        if row["situacao_candidado"] in POSITIVE | NEGATIVE
    ]
    applicant, score, status = zip(*rows, strict=True)
    return np.array(applicant), np.array(score), np.isin(status, list(POSITIVE))


def auc_within(group, score, positive):
    """Return the share of pairs of a positive and a negative of one group whose order the score has right."""
    won, pairs = 0.0, 0
    for value in np.unique(group[positive]):
        rows = group == value
        high, low = score[rows & positive][:, None], score[rows & ~positive][None]
        won, pairs = won + (high > low).sum() + 0.5 * (high == low).sum(), pairs + high.size * low.size
    return won / pairs


def impact_ratio(decision):
    """Return the share of women's applications with a hire in proportion to that of men's."""
    is_woman = column_by_code(decision.truth["applicants"], "is_woman")
    hired = {True: [], False: []}
    for _, row in decision.applications:
        hired[is_woman[int(row["codigo"])]].append(row["situacao_candidado"] in POSITIVE)
    return np.mean(hired[True]) / np.mean(hired[False])


@pytest.fixture(scope="module")
def worlds():
    """Two worlds with more applications than the files of the other tests."""
    return [make_world(0.4, seed, WorldOptions()) for seed in (1, 2)]


def decided_applications(world):
    """Return opening, score and outcome of the decided applications of a world."""
    names = np.array([status.name for status in STATUSES])[world.outcomes.status]
    decided = np.isin(names, list(POSITIVE | NEGATIVE))
    rows = world.applications.opening[decided], world.scores.z[decided]
    return *rows, np.isin(names[decided], list(POSITIVE))


class TestRule:
    def test_an_oracle_ranks_the_decided_applicants_of_an_opening(self, worlds):
        aucs = [auc_within(*decided_applications(world)) for world in worlds]
        assert np.mean(aucs) == pytest.approx(0.86, abs=0.025)

    def test_shuffled_outcomes_cannot_be_ranked(self, worlds):
        opening, score, positive = decided_applications(worlds[0])
        rng = np.random.default_rng(1)
        aucs = [auc_within(opening, score, rng.permutation(positive)) for _ in range(6)]
        assert np.mean(aucs) == pytest.approx(0.5, abs=0.03)

    def test_a_quarter_of_the_decided_applicants_are_hired(self, worlds):
        assert decided_applications(worlds[0])[2].mean() == pytest.approx(0.26, abs=0.01)

    def test_the_score_is_the_weighted_sum_of_the_documented_terms(self, decision):
        """Two applications of an opening by one recruiter differ by the terms of the applicants alone."""
        truth = decision.truth
        rule, openings = truth["rule"], truth["openings"]
        people = {name: column_by_code(truth["applicants"], name) for name in truth["applicants"]}
        jobs = {name: column_by_code(openings, name) for name in openings}
        recruiters = {(int(o), int(row["codigo"])): row["recrutador"] for o, row in decision.applications}
        rows = truth["applications"]
        rests: dict[tuple[int, str], list[float]] = {}
        for opening, applicant, z in zip(rows["opening"], rows["applicant"], rows["z"], strict=True):
            skills = set(people["skills"][applicant])
            required, nice = jobs["required"][opening], jobs["nice"][opening]
            gap = abs(jobs["rank"][opening] - people["rank"][applicant])
            needed, english = jobs["english"][opening], people["english"][applicant]
            city, home = truth["cities"][jobs["city"][opening]], truth["cities"][people["city"][applicant]]
            if city != home and not jobs["is_remote"][opening]:
                continue  # the truth has cities, the rule compares states
            known = (
                rule["required"] * len(skills & set(required)) / len(required)
                + rule["nice"] * len(skills & set(nice)) / len(nice)
                + rule["same_level"] * (gap == 0)
                + rule["level_gap"] * gap
                + rule["enough_english"] * (english >= needed)
                + rule["no_english"] * (english == 0 and needed >= 4)
                + rule["excess_salary"] * max(0, people["salary"][applicant] / jobs["offer"][opening] - 1)
                + rule["reachable"]
            )
            key = opening, recruiters[opening, applicant]
            rests.setdefault(key, []).append(z - known)
        spreads = [max(rest) - min(rest) for rest in rests.values() if len(rest) > 1]
        assert len(spreads) > 400
        assert max(spreads) < 0.002

    def test_further_stages_have_higher_scores(self, decision):
        truth = decision.truth["applications"]
        scores = dict(zip(zip(truth["opening"], truth["applicant"], strict=True), truth["z"], strict=True))
        by_status: dict[str, list[float]] = {}
        for opening, row in decision.applications:
            z = scores[int(opening), int(row["codigo"])]
            by_status.setdefault(row["situacao_candidado"], []).append(z)
        order = [
            "Prospect",
            "Encaminhado ao Requisitante",
            "Não Aprovado pelo Cliente",
            "Contratado pela Decision",
        ]
        means = [np.mean(by_status[status]) for status in order]
        assert means == sorted(means)

    def test_applicants_know_more_of_what_their_openings_require_than_of_others(self, decision):
        truth = decision.truth
        skills = column_by_code(truth["applicants"], "skills")
        required = column_by_code(truth["openings"], "required")
        rows = truth["applications"]
        own = [
            len(set(skills[applicant]) & set(required[opening])) / len(required[opening])
            for opening, applicant in zip(rows["opening"], rows["applicant"], strict=True)
        ]
        other = [
            len(set(skills[applicant]) & set(required[opening])) / len(required[opening])
            for opening, applicant in zip(rows["opening"], rows["applicant"][::-1], strict=True)
        ]
        assert np.mean(own) > 3 * np.mean(other)


@pytest.fixture(scope="module")
def find_skills(decision):
    """A function that returns the numbers of the skills whose spellings a text has as words."""
    spellings = {
        name.lower(): number for number, names in enumerate(decision.truth["skills"]) for name in names
    }
    longest_first = sorted(spellings, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w#.+])(" + "|".join(map(re.escape, longest_first)) + r")(?![\w#+])")
    return lambda text: {spellings[name] for name in pattern.findall(text.lower())}


def test_openings_and_applicants_have_the_documented_numbers_of_skills(decision):
    limits = {
        ("openings", "required"): (3, 8),
        ("openings", "nice"): (2, 5),
        ("applicants", "skills"): (4, 14),
    }
    for (table, column), (least, most) in limits.items():
        rows = decision.truth[table][column]
        assert all(least <= len(set(skills)) == len(skills) <= most for skills in rows)
        assert min(min(skills) for skills in rows) >= 0
    reserved = next(n for n, names in enumerate(decision.truth["skills"]) if names[0] == "IA generativa")
    assert not any(reserved in skills for skills in decision.truth["applicants"]["skills"])


class TestTexts:
    def test_a_cv_names_exactly_the_skills_of_the_person(self, decision, find_skills):
        skills = column_by_code(decision.truth["applicants"], "skills")
        right = wrong = 0
        for code, record in list(decision.applicants.items())[:600]:
            cv = record["cv_pt"].split("sem experiência em")[0]
            found, known = find_skills(cv), set(skills[int(code)])
            right, wrong = right + len(found & known), wrong + len(found ^ known)
        assert wrong / (right + wrong) < 0.06

    def test_an_opening_names_its_required_skills_and_no_others(self, decision, find_skills):
        required = column_by_code(decision.truth["openings"], "required")
        nice = column_by_code(decision.truth["openings"], "nice")
        stated = named = foreign = 0
        for code, record in decision.vagas.items():
            text = record["perfil_vaga"]["competencia_tecnicas_e_comportamentais"]
            found = find_skills(text)
            foreign += len(found - set(required[int(code)]) - set(nice[int(code)]))
            if len(text) > 24:
                stated += len(required[int(code)])
                named += len(found & set(required[int(code)]))
        assert named / stated > 0.97
        assert foreign / named < 0.01

    def test_phrases_name_no_skill(self, find_skills):
        from pipelines.domains.recruiting.sources.synthetic.vocabulary import phrases

        def strings(value):
            if isinstance(value, str):
                yield value
            elif isinstance(value, dict | tuple):
                for part in value.values() if isinstance(value, dict) else value:
                    yield from strings(part)

        parts = (phrases.PORTUGUESE, phrases.ENGLISH, PORTUGUESE_CV, ENGLISH_CV)
        texts = [text for part in parts for value in vars(part).values() for text in strings(value)]
        assert len(texts) > 300
        assert [text for text in texts if find_skills(text)] == []


class TestProtectedAttributes:
    @pytest.mark.parametrize("attribute", ["is_woman", "age", "is_disabled", "colour"])
    def test_attributes_are_independent_of_score_and_outcome(self, decision, attribute):
        values = column_by_code(decision.truth["applicants"], attribute)
        applicant, score, positive = list_decided(decision)
        attributes = np.array([float(values[code]) for code in applicant])
        limit = 3.3 / np.sqrt(score.size)
        assert abs(np.corrcoef(attributes, score)[0, 1]) < limit
        assert abs(np.corrcoef(attributes, positive)[0, 1]) < limit

    def test_sex_and_disability_are_known_for_people_of_the_form(self, decision):
        known = [record["informacoes_pessoais"]["sexo"] for record in decision.applicants.values()]
        assert np.mean([value != "" for value in known]) == pytest.approx(0.18, abs=0.02)
        assert {"", "Masculino", "Feminino"} == set(known)

    def test_a_bias_multiplies_the_odds_and_leaves_all_else(self, decision, decision_reader, tmp_path):
        generate(tmp_path, 0.1, options=WorldOptions(bias=0.6))
        biased = decision_reader(tmp_path)
        assert impact_ratio(biased) == pytest.approx(0.62, abs=0.04)
        assert biased.truth["applications"] == decision.truth["applications"]
        hires = [
            sum(row["situacao_candidado"] in POSITIVE for _, row in data.applications)
            for data in (decision, biased)
        ]
        assert hires[0] == hires[1]

    @pytest.mark.parametrize("bias", [0, -1, float("nan"), 11])
    def test_a_bias_out_of_range_is_an_error(self, bias):
        with pytest.raises(ValueError, match="bias must be above 0"):
            WorldOptions(bias=bias)
