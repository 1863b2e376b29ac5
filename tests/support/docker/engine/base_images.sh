#!/bin/sh
# Builds substitutes of the compose file's images from Debian's packages, for machines that reach no registry:
# manchete-base/python, postgres, prometheus and statsd-exporter. Existing images are kept.
# Needs root, debootstrap and an engine (DOCKER_HOST).
#
# usage: base_images.sh
# shellcheck disable=SC2016 # apt expands $(REPO_URI)
set -eu

here=$(cd "$(dirname "$0")" && pwd)

if ! docker image inspect manchete-base/python >/dev/null 2>&1; then
    if ! command -v debootstrap >/dev/null; then
        apt-get -qq update >&2
        DEBIAN_FRONTEND=noninteractive apt-get -qq --yes --no-install-recommends install debootstrap >&2
    fi
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | grep --invert-match security | head --lines=1)
    root=$(mktemp --directory)
    trap 'rm -rf "$root"' EXIT
    chmod 755 "$root"
    debootstrap --variant=minbase --include=ca-certificates,netbase,python3,python3-venv,tzdata \
        bookworm "$root" "$mirror" >&2
    # The image trusts the certificates of this machine, because packages may come through a proxy.
    cp --recursive /usr/local/share/ca-certificates "$root/usr/local/share/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
    ln --symbolic python3 "$root/usr/bin/python"
    rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/locale \
        "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
    trusted=/etc/ssl/certs/ca-certificates.crt
    tar --create --directory "$root" --numeric-owner . | docker import \
        --change "ENV LANG=C.UTF-8 SSL_CERT_FILE=$trusted PIP_CERT=$trusted" --change 'CMD ["/bin/sh"]' \
        - manchete-base/python >/dev/null
fi

for name in postgres prometheus statsd-exporter; do
    if ! docker image inspect "manchete-base/$name" >/dev/null 2>&1; then
        docker build --quiet --target "$name" --tag "manchete-base/$name" --file "$here/Dockerfile" "$here/.." >/dev/null
    fi
done
