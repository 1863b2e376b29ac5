"""Generated data has the published format and statistics, interest decays in hours, and noise is counted."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from pipelines.domains.news.sources.synthetic import GeneratedFiles, generate

SCALE = 0.01
END = int(datetime(2022, 8, 15, 3, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TRAIN_COLUMNS = [
    "userId", "userType", "historySize", "history", "timestampHistory", "numberOfClicksHistory",
    "timeOnPageHistory", "scrollPercentageHistory", "pageVisitsCountHistory", "timestampHistory_new",
]  # fmt: skip
LISTS = TRAIN_COLUMNS[3:]

Row = dict[str, str]


class Read(NamedTuple):
    user: str
    page: str
    at: int


class Generated(NamedTuple):
    files: GeneratedFiles
    manifest: dict[str, Any]
    train: list[Row]
    items: list[Row]
    validation: list[Row]

    @property
    def issued(self) -> dict[str, int]:
        """The publication time of each article with a valid date."""
        return {row["page"]: time_ms for row in self.items if (time_ms := parsed(row["issued"])) is not None}

    @property
    def clean_reads(self) -> list[Read]:
        """The reads of known articles with valid times within the period."""
        known = self.issued
        return [
            Read(row["userId"], page, int(at))
            for row in self.train
            for page, at in zip(cells(row, "history"), cells(row, "timestampHistory"), strict=True)
            if page in known and 10**12 < int(at) < END
        ]


def rows_of(paths: tuple[Path, ...]) -> Iterator[Row]:
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)


def cells(row: Row, column: str) -> list[str]:
    return row[column].split(", ")


def parsed(date: str) -> int | None:
    try:
        return int(datetime.strptime(date, "%Y-%m-%d %H:%M:%S%z").timestamp() * 1000)
    except ValueError:
        return None


def numbers(generated: Generated, column: str) -> np.ndarray:
    found = [cell for row in generated.train for cell in cells(row, column)]
    return np.array([float(cell) for cell in found if cell != "muitos"])


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


USER_NOISE = {
    "unequal_lists": lambda row, _: len({len(cells(row, column)) for column in LISTS}) > 1,
    "word_for_number": lambda row, _: "muitos" in cells(row, "numberOfClicksHistory"),
    "seconds_timestamp": lambda row, _: int(cells(row, "timestampHistory")[0]) < 10**11,
    "future_timestamp": lambda row, _: int(cells(row, "timestampHistory")[-1]) > END + 24 * HOUR,
    "duplicate_read": lambda row, _: len(set(cells(row, "history"))) < len(cells(row, "history")),
    "unknown_page": lambda row, pages: not pages.issuperset(cells(row, "history")),
}


def count_noise(generated: Generated) -> dict[str, int]:
    pages = {row["page"] for row in generated.items}
    counts = {kind: sum(test(row, pages) for row in generated.train) for kind, test in USER_NOISE.items()}
    return counts | {
        "scroll_over_100": int((numbers(generated, "scrollPercentageHistory") > 100).sum()),
        "extreme_time": int((numbers(generated, "timeOnPageHistory") > HOUR).sum()),
        "extreme_clicks": int((numbers(generated, "numberOfClicksHistory") >= 5_000).sum()),
        "broken_issued": sum(parsed(row["issued"]) is None for row in generated.items),
        "duplicate_item": len(generated.items) - len(pages),
    }


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    files = generate(tmp_path_factory.mktemp("webmedia"), scale=SCALE)
    return Generated(
        files=files,
        manifest=json.loads(files.manifest.read_text(encoding="utf-8")),
        train=list(rows_of(files.train)),
        items=list(rows_of(files.items)),
        validation=list(rows_of((files.validation,))),
    )


class TestGenerate:
    def test_same_seed_gives_the_same_bytes(self, tmp_path):
        generate(tmp_path / "one", scale=0.002, seed=3)
        generate(tmp_path / "two", scale=0.002, seed=3)
        assert digests(tmp_path / "one") == digests(tmp_path / "two")

    def test_another_seed_changes_every_file(self, tmp_path):
        generate(tmp_path / "one", scale=0.002, seed=3)
        generate(tmp_path / "two", scale=0.002, seed=4)
        one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
        assert one.keys() == two.keys()
        assert all(one[name] != two[name] for name in one)

    def test_files_have_the_published_layout(self, generated):
        folder = generated.files.validation.parent
        assert sorted(digests(folder)) == sorted(
            [f"files/treino/treino_parte{part}.csv" for part in range(1, 7)]
            + [f"itens/itens/itens-parte{part}.csv" for part in range(1, 4)]
            + ["validacao.csv", "synthetic.json"]
        )

    def test_progress_increases_from_0_to_1(self, tmp_path):
        steps: list[tuple[str, float]] = []
        generate(tmp_path, scale=0.0001, progress=lambda name, share: steps.append((name, share)))
        shares = [share for _, share in steps]
        assert (shares[0], shares[-1]) == (0.0, 1.0)
        assert shares == sorted(shares)

    @pytest.mark.parametrize("scale", [0, -1, 10.5, float("nan"), True, "1"])
    def test_scale_out_of_range_is_an_error(self, tmp_path, scale):
        with pytest.raises(ValueError, match="scale must be above 0 and at most 10"):
            generate(tmp_path, scale=scale)

    @pytest.mark.parametrize("seed", [-1, 1.5, None, True])
    def test_invalid_seed_is_an_error(self, tmp_path, seed):
        with pytest.raises(ValueError, match="seed must be a whole number"):
            generate(tmp_path, seed=seed)


class TestFormat:
    def test_train_lists_are_separated_by_comma_and_blank(self, generated):
        row = next(row for row in generated.train if row["historySize"] == "3")
        assert list(row) == TRAIN_COLUMNS
        assert re.fullmatch(r"[0-9a-f]{64}", row["userId"])
        assert all(UUID.fullmatch(page) for page in cells(row, "history"))
        assert {len(cells(row, column)) for column in LISTS} == {3}

    def test_each_user_has_one_row_with_times_in_two_columns(self, generated):
        users = [row["userId"] for row in generated.train]
        assert len(set(users)) == len(users)
        assert all(row["timestampHistory"] == row["timestampHistory_new"] for row in generated.train)

    def test_times_ascend(self, generated):
        for row in generated.train:
            times = [int(at) for at in cells(row, "timestampHistory")]
            assert times == sorted(times)

    def test_urls_contain_region_or_category_and_the_local_day(self, generated):
        assert list(generated.items[0]) == ["page", "url", "issued", "modified", "title", "body", "caption"]
        form = r"http://g1\.globo\.com/([a-z-]+/){1,3}noticia/\d{4}/\d\d/\d\d/[a-z0-9-]+\.ghtml"
        assert all(re.fullmatch(form, row["url"]) for row in generated.items)
        assert sum("/sp/sao-paulo/" in row["url"] for row in generated.items) > 100
        assert sum("/economia/" in row["url"] for row in generated.items) > 50

    def test_bodies_contain_line_breaks_quotes_and_commas(self, generated):
        lengths = [len(row["body"]) for row in generated.items]
        assert 600 < np.mean(lengths) < 1000
        assert all({"\n", '"', ","} <= set(row["body"]) for row in generated.items)

    def test_validation_lists_are_printed_arrays(self, generated):
        by_size = {row["history"].count("-") // 4: row for row in generated.validation}
        assert set(by_size) == {1, 2, 3, 4, 5}
        assert re.fullmatch(rf"\['{UUID.pattern}'\]", by_size[1]["history"])
        assert re.fullmatch(
            rf"\['{UUID.pattern}' '{UUID.pattern}'\n '{UUID.pattern}'\]", by_size[3]["history"]
        )
        assert re.fullmatch(r"\[\d{13} \d{13} \d{13}\]", by_size[3]["timestampHistory"])


class TestStatistics:
    def test_counts_follow_the_scale(self, generated):
        reads = sum(int(row["historySize"]) for row in generated.train)
        assert len(generated.train) == round(577_942 * SCALE)
        assert len({row["page"] for row in generated.items}) == round(255_603 * SCALE)
        assert len(generated.validation) == round(112_184 * SCALE)
        assert reads == pytest.approx(8_123_951 * SCALE, rel=0.002)

    def test_login_shares_are_the_published_ones(self, generated):
        def guests(rows: list[Row]) -> float:
            return sum(row["userType"] == "Non-Logged" for row in rows) / len(rows)

        assert guests(generated.train) == pytest.approx(0.794, abs=0.001)
        assert guests(generated.validation) == pytest.approx(0.582, abs=0.001)

    def test_history_sizes_have_the_published_statistics(self, generated):
        sizes = np.array([int(row["historySize"]) for row in generated.train])
        assert np.median(sizes) == 2
        assert np.quantile(sizes, 0.75) == 6
        assert sizes.mean() == pytest.approx(14.06, rel=0.002)
        assert sizes.max() > 200

    def test_logged_readers_read_more(self, generated):
        sizes: dict[str, list[int]] = {"Logged": [], "Non-Logged": []}
        for row in generated.train:
            sizes[row["userType"]].append(int(row["historySize"]))
        assert np.mean(sizes["Logged"]) > 4 * np.mean(sizes["Non-Logged"])

    @pytest.mark.parametrize(
        ("column", "quartiles", "most"),
        [
            ("numberOfClicksHistory", [0, 1, 14], 14_562),
            ("timeOnPageHistory", [29_870, 60_000, 114_582], 46_033_049),
            ("scrollPercentageHistory", [24, 43.2, 67], 526_275),
            ("pageVisitsCountHistory", [1, 1, 1], 654),
        ],
    )
    def test_measures_have_the_published_quantiles(self, generated, column, quartiles, most):
        values = numbers(generated, column)
        assert np.quantile(values, [0.25, 0.5, 0.75]).tolist() == pytest.approx(quartiles, rel=0.02)
        assert values.max() == most

    @pytest.mark.parametrize(
        ("column", "mean"),
        [
            ("numberOfClicksHistory", 12.05),
            ("scrollPercentageHistory", 54.0),
            ("pageVisitsCountHistory", 1.14),
        ],
    )
    def test_measures_have_the_published_means(self, generated, column, mean):
        assert numbers(generated, column).mean() == pytest.approx(mean, rel=0.1)

    def test_dates_have_the_published_statistics(self, generated):
        issued = generated.issued
        times = np.array(sorted(issued.values()))
        assert datetime.fromtimestamp(times[0] / 1000, UTC).date().isoformat() == "2014-07-31"
        assert (times < parsed("2021-08-21 12:00:00+00:00")).mean() == pytest.approx(0.5, abs=0.005)
        assert times[-1] < END
        edits = {row["page"]: parsed(row["modified"]) or 0 for row in generated.items}
        assert all(edits[page] >= born for page, born in issued.items())
        assert max(row["modified"] for row in generated.items).startswith("2023-06-30")

    def test_some_titles_and_urls_are_repeated(self, generated):
        items = {row["page"]: row for row in generated.items}.values()
        assert len(items) - len({row["title"] for row in items}) == round(len(items) * 738 / 255_603)
        assert max(Counter(row["url"] for row in items).values()) == len(items) // 500


class TestDynamics:
    def test_articles_are_read_after_publication(self, generated):
        issued = generated.issued
        assert all(read.at >= issued[read.page] for read in generated.clean_reads)

    def test_reads_are_within_the_period(self, generated):
        times = [read.at for read in generated.clean_reads]
        start = generated.manifest["figures"]["first_moment"]
        assert start <= min(times) < start + HOUR
        assert END - HOUR < max(times) < END

    def test_period_is_ten_days_at_a_scale_of_a_hundredth(self, generated):
        assert END - generated.manifest["figures"]["first_moment"] == 10 * 24 * HOUR

    def test_most_reads_are_of_articles_hours_old_and_some_of_older_ones(self, generated):
        issued = generated.issued
        ages = np.array([read.at - issued[read.page] for read in generated.clean_reads]) / HOUR
        assert 3 < np.median(ages) < 9
        assert 0.04 < (ages > 48).mean() < 0.15

    def test_few_articles_have_many_of_the_reads(self, generated):
        counts = np.array(sorted(Counter(read.page for read in generated.clean_reads).values(), reverse=True))
        assert counts[: len(generated.items) // 100].sum() > 0.12 * counts.sum()

    def test_reads_follow_the_diurnal_profile(self, generated):
        by_hour = Counter((read.at // HOUR - 3) % 24 for read in generated.clean_reads)
        assert by_hour[12] > 5 * by_hour[4]
        assert by_hour[20] > 5 * by_hour[3]

    def test_last_hour_predicts_next_reads_better_than_all_history(self, generated):
        reads = generated.clean_reads
        ever = Counter(read.page for read in reads)
        lately = Counter(read.page for read in reads if read.at >= END - HOUR)
        after = Counter(page for row in generated.validation for page in UUID.findall(row["history"]))

        def found(counts: Counter[str]) -> int:
            return sum(after[page] for page, _ in counts.most_common(10))

        assert found(lately) > 3 * found(ever)

    def test_readers_prefer_their_region(self, generated):
        region = {row["page"]: "/".join(row["url"].split("/")[3:5]) for row in generated.items}
        regional = {page: name for page, name in region.items() if re.match(r"[a-z]{2}/", name)}
        everywhere = Counter(regional[read.page] for read in generated.clean_reads if read.page in regional)
        home_shares: list[float] = []
        for row in generated.train:
            places = Counter(regional[page] for page in cells(row, "history") if page in regional)
            if places.total() >= 5:
                home_shares.append(places.most_common(1)[0][1] / places.total())
        assert np.mean(home_shares) > 1.5 * everywhere.most_common(1)[0][1] / everywhere.total()

    def test_validation_reads_are_later_and_of_new_articles(self, generated):
        issued, read = (
            generated.issued,
            {row["userId"]: set(cells(row, "history")) for row in generated.train},
        )
        pages = {row["page"] for row in generated.items}
        for row in generated.validation:
            times = [int(at) for at in row["timestampHistory"].strip("[]").split()]
            following = UUID.findall(row["history"])
            assert len(times) == len(following) == len(set(following))
            assert times == sorted(times)
            assert times[0] >= END
            assert pages.issuperset(following)
            assert read[row["userId"]].isdisjoint(following)
            assert all(issued.get(page, 0) <= at for page, at in zip(following, times, strict=True))


class TestNoise:
    def test_manifest_counts_match_the_files(self, generated):
        assert count_noise(generated) == generated.manifest["dirt"]
        assert min(generated.manifest["dirt"].values()) > 0

    def test_noisy_rows_are_few(self, generated):
        dirt = generated.manifest["dirt"]
        users = sum(count for kind, count in dirt.items() if kind in USER_NOISE)
        assert 0.003 < users / len(generated.train) < 0.007
        assert dirt["scroll_over_100"] / generated.manifest["figures"]["reads"] == pytest.approx(
            0.002, rel=0.05
        )

    def test_manifest_contains_seed_scale_and_statistics(self, generated):
        figures = generated.manifest["figures"]
        assert (generated.manifest["scale"], generated.manifest["seed"]) == (SCALE, 7)
        assert figures["reads"] == sum(int(row["historySize"]) for row in generated.train)
        assert figures["validation_users"] == len(generated.validation)
