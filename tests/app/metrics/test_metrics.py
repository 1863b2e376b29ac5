"""`GET /metrics` after some requests."""

import pytest
from prometheus_client.parser import text_string_to_metric_families


@pytest.fixture
def scrape(empty_client):
    """Returns the value of a sample by its name and labels, or None."""

    def scrape(name, **labels):
        response = empty_client.get("/metrics")
        assert response.headers["content-type"].startswith("text/plain")
        samples = [
            sample for family in text_string_to_metric_families(response.text) for sample in family.samples
        ]
        return next(
            (sample.value for sample in samples if (sample.name, sample.labels) == (name, labels)), None
        )

    return scrape


@pytest.fixture
def first_release(refresh, publish):
    name = publish("first")
    refresh()
    return name


@pytest.mark.parametrize(
    ("path", "handler", "status"),
    [
        ("/recommendations?user_id=3", "/recommendations", "2xx"),
        ("/recommendations?num_recs=0", "/recommendations", "4xx"),
        ("/evaluation/metrics.csv", "/evaluation/metrics.csv", "2xx"),
        ("/health/live", "/health/live", "2xx"),
        ("/", "/", "2xx"),
        ("/wp-login.php", "none", "4xx"),
    ],
)
def test_http_metrics_count_requests_by_route(empty_client, first_release, scrape, path, handler, status):
    empty_client.get(path)
    empty_client.get(path)
    assert scrape("http_requests_total", method="GET", status=status, handler=handler) == 2
    assert scrape("http_request_duration_seconds_count", method="GET", handler=handler) == 2


def test_http_metrics_count_503_as_5xx(empty_client, scrape):
    empty_client.get("/health/ready")
    assert scrape("http_requests_total", method="GET", status="5xx", handler="/health/ready") == 1


def test_recommendations_are_counted_by_segment_and_model(empty_client, first_release, scrape):
    anonymous = {"segment": "anonymous", "model": "popularity"}
    before = scrape("manchete_recommendations_total", **anonymous) or 0
    empty_client.get("/recommendations?num_recs=7")
    assert scrape("manchete_recommendations_total", **anonymous) == before + 1
    assert scrape("manchete_recommended_items_total", **anonymous) == 7
    assert scrape("manchete_fallback_items_total", **anonymous) == 0
    assert scrape("manchete_recommendation_seconds_count", **anonymous) == 1


def test_release_metrics_describe_the_loaded_release(first_release, scrape, release):
    assert scrape("manchete_release_info", release=first_release) == 1
    assert scrape("manchete_release_as_of_timestamp_seconds") == release.manifest.as_of_ms / 1000
    assert scrape("manchete_release_age_seconds") >= 0
    assert scrape("manchete_release_loads_total", outcome="loaded") == 1
    assert scrape("manchete_release_loads_total", outcome="refused") == 0


def test_release_metrics_describe_no_earlier_release(first_release, refresh, publish, scrape):
    second = publish("second")
    refresh()
    assert scrape("manchete_release_info", release=first_release) is None
    assert scrape("manchete_release_info", release=second) == 1


def test_coverage_counts_distinct_items(empty_client, first_release, scrape, release):
    anonymous = {"segment": "anonymous", "model": "popularity"}
    assert scrape("manchete_distinct_items", **anonymous) is None
    items = empty_client.get("/recommendations?num_recs=5").json()["items"]
    empty_client.get("/recommendations?num_recs=5")
    assert scrape("manchete_distinct_items", **anonymous) == len({item["item_id"] for item in items}) == 5
    assert scrape("manchete_catalogue_items") == len(release.bundle("state/catalogue").arrays["newest"])


def test_coverage_restarts_with_another_release(empty_client, first_release, refresh, publish, scrape):
    empty_client.get("/recommendations?num_recs=5")
    publish("second")
    refresh()
    assert scrape("manchete_distinct_items", segment="anonymous", model="popularity") is None


def test_evaluation_metrics_of_the_release_are_exported(first_release, scrape, release):
    record = release.json("evaluation.json")[0]
    labels = {"segment": record["segment"], "model": record["model"], "metric": "users"}
    assert scrape("manchete_evaluation_metric", **labels) == record["users"]


def test_labels_contain_no_user_ids_and_no_unknown_paths(empty_client, first_release):
    empty_client.get("/recommendations?user_id=a-unique-id&region=a-unique-place")
    empty_client.get("/a-unique-path")
    assert "a-unique" not in empty_client.get("/metrics").text
