"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.following import Follower
from app.recording import Recorder
from app.serving import Served
from app.tailing import Tail
from app.telemetry import Telemetry
from app.variants import Variants


async def _follower(request: Request) -> Follower:
    follower: Follower = request.app.state.follower
    return follower


async def _telemetry(request: Request) -> Telemetry:
    telemetry: Telemetry = request.app.state.telemetry
    return telemetry


async def _tail(request: Request) -> Tail:
    tail: Tail = request.app.state.tail
    return tail


async def _variants(request: Request) -> Variants:
    variants: Variants = request.app.state.variants
    return variants


async def _recorder(request: Request) -> Recorder:
    recorder: Recorder = request.app.state.recorder
    return recorder


FollowerNow = Annotated[Follower, Depends(_follower)]
TelemetryNow = Annotated[Telemetry, Depends(_telemetry)]
TailNow = Annotated[Tail, Depends(_tail)]
VariantsNow = Annotated[Variants, Depends(_variants)]
RecorderNow = Annotated[Recorder, Depends(_recorder)]


async def _served(follower: FollowerNow) -> Served:
    return follower.served


#: The release that is served at the moment of the request; 503 while there is none.
ServedNow = Annotated[Served, Depends(_served)]
