"""`GET /metrics` after some requests."""

import pytest
from prometheus_client.parser import text_string_to_metric_families


@pytest.fixture
def scrape(fresh):
    """Returns the value of a sample by its name and labels; None without one."""

    def scrape(name, **labels):
        answer = fresh.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        samples = [s for family in text_string_to_metric_families(answer.text) for s in family.samples]
        return next((s.value for s in samples if (s.name, s.labels) == (name, labels)), None)

    return scrape


@pytest.fixture
def first(look, publish):
    name = publish("first")
    look()
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
def test_http_metrics_count_requests_by_route(fresh, first, scrape, path, handler, status):
    fresh.get(path)
    fresh.get(path)
    assert scrape("http_requests_total", method="GET", status=status, handler=handler) == 2
    assert scrape("http_request_duration_seconds_count", method="GET", handler=handler) == 2


def test_http_metrics_count_503_as_5xx(fresh, scrape):
    fresh.get("/health/ready")
    assert scrape("http_requests_total", method="GET", status="5xx", handler="/health/ready") == 1


def test_recommendations_are_counted_by_segment_and_model(fresh, first, scrape):
    anonymous = {"segment": "anonymous", "model": "popularity"}
    before = scrape("manchete_recommendations_total", **anonymous) or 0
    fresh.get("/recommendations?num_recs=7")
    assert scrape("manchete_recommendations_total", **anonymous) == before + 1
    assert scrape("manchete_recommended_items_total", **anonymous) == 7
    assert scrape("manchete_fallback_items_total", **anonymous) == 0
    assert scrape("manchete_recommendation_seconds_count", **anonymous) == 1


def test_release_metrics_describe_the_loaded_release(first, scrape, whole):
    assert scrape("manchete_release_info", release=first) == 1
    assert scrape("manchete_release_as_of_timestamp_seconds") == whole.manifest.as_of_ms / 1000
    assert scrape("manchete_release_age_seconds") >= 0
    assert scrape("manchete_release_loads_total", outcome="loaded") == 1
    assert scrape("manchete_release_loads_total", outcome="refused") == 0


def test_release_metrics_describe_no_earlier_release(first, look, publish, scrape):
    second = publish("second")
    look()
    assert scrape("manchete_release_info", release=first) is None
    assert scrape("manchete_release_info", release=second) == 1


def test_coverage_counts_distinct_items(fresh, first, scrape, whole):
    anonymous = {"segment": "anonymous", "model": "popularity"}
    assert scrape("manchete_distinct_items", **anonymous) is None
    shown = fresh.get("/recommendations?num_recs=5").json()["items"]
    fresh.get("/recommendations?num_recs=5")
    assert scrape("manchete_distinct_items", **anonymous) == len({item["item_id"] for item in shown}) == 5
    assert scrape("manchete_catalogue_items") == len(whole.bundle("state/catalogue").arrays["newest"])


def test_coverage_restarts_with_another_release(fresh, first, look, publish, scrape):
    fresh.get("/recommendations?num_recs=5")
    publish("second")
    look()
    assert scrape("manchete_distinct_items", segment="anonymous", model="popularity") is None


def test_evaluation_metrics_of_the_release_are_exported(first, scrape, whole):
    record = whole.json("evaluation.json")[0]
    labels = {"segment": record["segment"], "model": record["model"], "metric": "users"}
    assert scrape("manchete_evaluation_metric", **labels) == record["users"]


def test_labels_contain_no_user_ids_and_no_unknown_paths(fresh, first):
    fresh.get("/recommendations?user_id=a-unique-id&region=a-unique-place")
    fresh.get("/a-unique-path")
    assert "a-unique" not in fresh.get("/metrics").text
