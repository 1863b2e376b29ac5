#!/bin/sh
# Starts a Docker engine with its data in a folder, on Debian as root; installs the missing parts of Docker.
# Prints errors only. The socket is FOLDER/docker.sock, the process id is in FOLDER/pid.
#
# usage: start.sh FOLDER
# shellcheck disable=SC2016 # apt expands $(REPO_URI)
set -eu

folder="$1"
plugins="${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins"

missing() {
    for program; do
        command -v "$program" >/dev/null || return 0
    done
    return 1
}

if missing dockerd docker; then
    apt-get -qq update >&2
    DEBIAN_FRONTEND=noninteractive apt-get -qq --yes --no-install-recommends install \
        containerd docker.io iptables runc >"$folder/apt.log" 2>&1 || { cat "$folder/apt.log" >&2; exit 1; }
fi

# Debian 12 has neither compose 2 nor buildx; the packages of Debian 13 depend on libc only.
if ! docker compose version >/dev/null 2>&1; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | grep --invert-match security | head --lines=1)
    apt="$folder/apt"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$plugins"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/sources.list"
    cd "$apt"
    for step in update 'download docker-compose docker-buildx'; do
        # shellcheck disable=SC2086 # words
        apt-get -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- \
            -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root $step >&2
    done
    for package in ./*.deb; do
        dpkg-deb --extract "$package" files
    done
    cp files/usr/libexec/docker/cli-plugins/docker-* "$plugins/"
    cd /
fi

setsid dockerd --data-root "$folder/data" --exec-root "$folder/exec" --host "unix://$folder/docker.sock" \
    --pidfile "$folder/pid" >"$folder/log" 2>&1 </dev/null &
waited=0
until docker --host "unix://$folder/docker.sock" info >/dev/null 2>&1; do
    waited=$((waited + 1))
    if [ "$waited" -gt 60 ] || ! kill -0 $! 2>/dev/null; then
        tail --lines=5 "$folder/log" >&2
        exit 1
    fi
    sleep 1
done
