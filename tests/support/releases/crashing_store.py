"""An object store whose client crashes just before its k-th request, for every k."""

from script_shared.releases.object_store import ObjectStore

_REQUESTS = ("read", "create", "replace", "write", "sizes", "folders")


class CrashError(BaseException):
    """The client has crashed; no handler of ordinary errors catches it."""


class CrashingStore(ObjectStore):
    """Requests reach the bucket until none remains; `before_request` may be replaced."""

    def __init__(self, bucket, address, requests):
        super().__init__(bucket, address)
        self.remaining = requests

    def before_request(self):
        self.remaining -= 1
        if self.remaining < 0:
            raise CrashError

    def read_blocks(self, path, start, size):
        for block in super().read_blocks(path, start, size):
            self.before_request()
            yield block

    def delete(self, paths):
        for path in paths:
            self.before_request()
            super().delete([path])


def _count(name):
    def request(self, *arguments):
        self.before_request()
        return getattr(ObjectStore, name)(self, *arguments)

    return request


for _name in _REQUESTS:
    setattr(CrashingStore, _name, _count(_name))


def crash_at_each_request(bucket, act):
    """Call `act` with stores that crash one request later each time, until it completes.

    Args:
        bucket: of all stores.
        act: receives a store.

    Yields:
        The number of requests before each crash.
    """
    for requests in range(10_000):
        try:
            act(CrashingStore(bucket, "memory://releases", requests))
        except CrashError:
            yield requests
        else:
            return
