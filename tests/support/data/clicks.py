"""Generated click files for the source `globo`."""

import csv

import numpy as np

START_MS = 1_700_000_000_000 // 3_600_000 * 3_600_000
HOUR_MS = 3_600_000
CLICK_FIELDS = [
    "user_id",
    "session_id",
    "session_start",
    "session_size",
    "click_article_id",
    "click_timestamp",
    "click_environment",
    "click_deviceGroup",
    "click_os",
    "click_country",
    "click_region",
    "click_referrer_type",
]


def write_clicks(folder, *, hours=30, articles=120, users=400, clicks_an_hour=250, seed=1):
    """Write clicks; interest in an article decays within hours, and a region prefers every third article."""
    rng = np.random.default_rng(seed)
    (folder / "clicks").mkdir()
    published = np.sort(rng.uniform(0, hours, articles))
    for hour in range(hours):
        rows = _hour(rng, published, hour, users, clicks_an_hour)
        write_rows(folder / "clicks" / f"clicks_hour_{hour:03d}.csv", rows)
    with (folder / "articles_metadata.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["article_id", "category_id", "created_at_ts", "publisher_id", "words_count"])
        for article, hour in enumerate(published):
            created = int(START_MS + hour * HOUR_MS) - 10_800_000
            writer.writerow([article, article % 7, created, 0, 200])


def _hour(rng, published, hour, users, clicks):
    times = np.sort(rng.integers(0, HOUR_MS, clicks))
    for offset_ms in times.tolist():
        user = int(rng.integers(users) ** 2 // users)
        age = hour + offset_ms / HOUR_MS - published
        region = user % 3 + 1
        interest = np.where(age >= 0, np.exp(-np.clip(age, 0, 50) / 3), 1e-9)
        interest *= np.where(np.arange(len(published)) % 3 == user % 3, 4.0, 1.0)
        article = int(rng.choice(len(published), p=interest / interest.sum()))
        time_ms = START_MS + hour * HOUR_MS + offset_ms
        yield [user, f"{user}{hour:03d}", time_ms, 2, article, time_ms, 4, 1, 17, 1, region, 2]


def write_rows(path, rows):
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(CLICK_FIELDS)
        writer.writerows(rows)
