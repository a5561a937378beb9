"""What edge-tts, aiohttp and the clock raise comes in; EngineBusy (asking again may help) or EngineError goes out."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import EngineBusy, EngineError
from pipeline.speak.engines.edge_answer import LATER
from pipeline.speak.engines.edge_pace import Refused

EMBEDDED = "use the embedded voice, which needs no network: --engine kokoro"
OFFLINE = f"check the network connection, or {EMBEDDED}"
UNTRUSTED = f"check this machine's clock and proxy, or {EMBEDDED}"
UPGRADE = f"check this machine's clock and upgrade the client (pip install -U edge-tts), or {EMBEDDED}"
TOO_MANY_REQUESTS = 429
FORBIDDEN = 403
SERVER_FAULTS = 500  # and above: the server's own trouble, which passes
PASSING = {
    errno.ECONNRESET,
    errno.ECONNABORTED,
    errno.EPIPE,
    errno.ETIMEDOUT,
}  # a connection that broke while it was made


@contextmanager
def understood_failures() -> Iterator[None]:
    """Turns every way in which a request fails into one of our errors, with the remedy."""
    import aiohttp
    from edge_tts.exceptions import EdgeTTSException, NoAudioReceived, SkewAdjustmentError

    try:
        yield
    except TimeoutError as error:
        raise EngineBusy("the edge voice did not answer in time", LATER) from error
    except SkewAdjustmentError as error:
        raise EngineError("the edge voice's service refuses this client (403)", UPGRADE) from error
    except NoAudioReceived as error:
        raise Refused("the edge voice sent no sound", LATER) from error
    except (aiohttp.ClientError, ConnectionError) as error:
        raise _connection_failure(error) from error
    except (EdgeTTSException, ValueError, LookupError, TypeError, AttributeError) as error:
        raise EngineBusy(f"the edge voice's answer makes no sense: {error}", LATER) from error


def _connection_failure(error: Exception) -> EngineError:
    import aiohttp

    match error:
        case aiohttp.ClientHttpProxyError():
            return EngineError(f"the proxy refuses the way to the edge voice ({error.status})", UNTRUSTED)
        case aiohttp.ClientResponseError():
            return _refusal(error.status)
        case aiohttp.ClientSSLError():
            return EngineError(f"the edge voice's server cannot be trusted: {error}", UNTRUSTED)
        case aiohttp.ClientConnectorError() if error.os_error.errno not in PASSING:
            reason = error.os_error.strerror or error.os_error
            return EngineError(f"the edge voice cannot be reached at {error.host}: {reason}", OFFLINE)
        case _:
            return EngineBusy(f"the connection to the edge voice broke: {error}", LATER)


def _refusal(status: int) -> EngineError:
    """What an HTTP status in place of a WebSocket means.

    >>> print(_refusal(503))
    the edge voice is busy (503)
      -> wait a few minutes and build again (what is spoken is kept), or use the embedded voice, which needs no \
network: --engine kokoro
    """
    if status == TOO_MANY_REQUESTS or status >= SERVER_FAULTS:
        return Refused(f"the edge voice is busy ({status})", LATER)
    remedy = UPGRADE if status == FORBIDDEN else OFFLINE
    return EngineError(f"the edge voice's service refuses this client ({status})", remedy)
