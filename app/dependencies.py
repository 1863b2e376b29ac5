"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.serving import Follower, Served


def get_follower(request: Request) -> Follower:
    """Return the application's follower of releases."""
    follower: Follower = request.app.state.follower
    return follower


def get_served(follower: Annotated[Follower, Depends(get_follower)]) -> Served:
    """Return the release being served."""
    return follower.served


ServedNow = Annotated[Served, Depends(get_served)]
