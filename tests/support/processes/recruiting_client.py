"""Requests to the recruiting service."""

from tests.support.processes.api_client import EVENTS_KEY, ITEMS_KEY, USERS_KEY

#: Parts of the names, contacts and comments in the generated files.
SECRETS = ("Secreta", "secreta", "@", "5555", "secreto")
ITEMS, EVENTS, USERS = ({"X-API-Key": key} for key in (ITEMS_KEY, EVENTS_KEY, USERS_KEY))


def get_json(client, path, **params):
    response = client.get(path, params=params)
    assert response.status_code == 200, response.text
    return response.json()


def list_applicants(client, opening, **params):
    return get_json(client, f"/openings/{opening}/applicants", **params)["applicants"]


def list_openings(client, applicant, **params):
    return get_json(client, f"/applicants/{applicant}/openings", **params)["openings"]


def applicant_codes(client, opening, **params):
    return [applicant["applicant_id"] for applicant in list_applicants(client, opening, **params)]


def opening_codes(client, applicant, **params):
    return [opening["opening_id"] for opening in list_openings(client, applicant, **params)]


def post(client, path, body, headers=ITEMS):
    """Return the response's value; the key is one for items by default."""
    response = client.post(path, json=body, headers=headers)
    assert response.status_code in (200, 201), response.text
    return response.json()


def search(client, wanted, **fields):
    response = client.post("/search", json={"wanted": wanted, **fields})
    assert response.status_code == 200, response.text
    return response.json()[wanted]


def find_secrets(value, secrets=SECRETS):
    """Return the texts of a JSON value that contain a name, contact or comment of the generated files."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for element in value for text in find_secrets(element, secrets)]
    return [value] if isinstance(value, str) and any(secret in value for secret in secrets) else []
