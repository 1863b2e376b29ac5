"""`python -m app`."""

import uvicorn

from app.main import create_app
from app.settings import ApiSettings

settings = ApiSettings()
uvicorn.run(create_app(settings), host=settings.api_host, port=settings.api_port, log_level="warning")
