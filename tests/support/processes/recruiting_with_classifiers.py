"""The recruiting service with the small classifiers of `tests.support.classifiers`; runs like `app`."""

from dataclasses import replace

from app.domains.recruiting.api import RECRUITING_API
from app.main import create_app
from app.server.run import listen
from app.settings import ApiSettings
from tests.support.classifiers import make_classifiers

API = replace(RECRUITING_API, domain=replace(RECRUITING_API.domain, classifiers=make_classifiers))

if __name__ == "__main__":
    settings = ApiSettings.read()
    listen(create_app(settings, domain_api=API), settings)
