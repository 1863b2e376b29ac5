"""The service in this process."""

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


def make_client(data_root, clock=None, raise_server_exceptions=True, **settings):
    """A service that looks for releases when a test says so: `client.app.state.release_watcher.refresh()`."""
    told = ApiSettings(data_root=data_root, release_poll_seconds=3_600, **settings)
    return TestClient(create_app(told, clock), raise_server_exceptions=raise_server_exceptions)
