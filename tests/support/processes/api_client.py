"""A client of the service in the process of the test."""

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import ApiSettings

EVENTS_KEY, ITEMS_KEY = "a-key-that-is-for-events", "a-key-that-is-for-items"
USERS_KEY, ADMIN_KEY = "a-key-that-is-for-users", "a-key-that-is-for-administration"
KEYS = {
    "api_keys_events": f"{EVENTS_KEY}, another-key-for-events",
    "api_keys_items": ITEMS_KEY,
    "api_keys_users": USERS_KEY,
    "api_keys_admin": ADMIN_KEY,
    "inference_log_keys": "a-key-for-pseudonyms",
}


def make_client(data_root, clock=None, raise_server_exceptions=True, domain_api=None, **settings):
    """Return a client of the service; a test loads releases with `app.state.release_watcher.refresh()`."""
    api_settings = ApiSettings(data_root=data_root, release_poll_seconds=3_600, **settings)
    app = create_app(api_settings, clock, domain_api)
    return TestClient(app, raise_server_exceptions=raise_server_exceptions)
