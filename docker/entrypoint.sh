#!/bin/sh
# Waits until a release has been published on the volume, then becomes the command it is given.
#
# RELEASE_WAIT_SECONDS bounds the wait, 0 skips it: the service then starts without a release and
# answers 503 with the reason until there is one.
set -eu

champion="${DATA_ROOT:-data}/${DOMAIN:-news}/releases/champion"
limit="${RELEASE_WAIT_SECONDS:-86400}"
waited=0

case "$limit" in
    '' | *[!0-9]*)
        echo "RELEASE_WAIT_SECONDS: ${limit} is not a whole number of seconds" >&2
        exit 2
        ;;
esac

# The first process of a container gets no signal that it does not ask for.
trap 'exit 143' TERM INT

while [ ! -s "$champion" ] && [ "$waited" -lt "$limit" ]; do
    if [ $((waited % 60)) -eq 0 ]; then
        echo "waiting for a release: ${champion} is not there yet (${waited} s)" >&2
    fi
    # In the background, so that a signal need not wait for it.
    sleep 1 &
    wait $!
    waited=$((waited + 1))
done

trap - TERM INT
exec "$@"
