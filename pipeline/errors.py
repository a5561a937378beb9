"""Everything that can go wrong by name: each error says what, where and the remedy, and knows its exit code."""


class AudiobookError(Exception):
    """The root of our errors: `what` went wrong (with the place in it), and the `remedy` a person can type.

    >>> print(AudiobookError("something broke", remedy="try again"))
    something broke
      -> try again
    """

    exit_code = 1

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  -> {self.remedy}" if self.remedy else self.what


class UsageError(AudiobookError):
    """The command was asked for something that does not exist: a section, a voice, an option."""

    exit_code = 2


class InputError(AudiobookError):
    """The source, the sidecar or a folder cannot be read or written."""

    exit_code = 3


class DamageError(InputError):
    """A file of the cache was found damaged, and is removed: what is asked for again is made afresh."""


class EngineError(AudiobookError):
    """The voice cannot do it, and asking again will not help."""

    exit_code = 4


class EngineBusy(EngineError):  # noqa: N818 - the name the design uses
    """The voice could not do it now; asking again may help."""


class MissingProgramError(AudiobookError):
    """A program or a package that is needed is not installed."""

    exit_code = 5


class CheckError(AudiobookError):
    """A check of the book failed."""

    exit_code = 6


class Interrupted(AudiobookError):  # noqa: N818 - nothing went wrong
    """A person stopped the program."""

    exit_code = 130
