"""One picture or a list of them, for every verb that takes a picture."""

import inspect
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, overload

from PIL import Image

from vae_demo.errors import InputError, PictureError
from vae_demo.images import PictureLike
from vae_demo.inference.forward import MAX_SIDE, open_input
from vae_demo.inference.results import Result, Results
from vae_demo.weights.store import default_store

MAX_PICTURES = 64
"""The most pictures that one call answers one by one: their results are all in memory when it returns."""
MAX_TOGETHER = 1024
"""The most that one call answers together."""
MAX_PIXELS_TOGETHER = MAX_PICTURES * MAX_SIDE**2
"""The most pixels that those have, each counted as it is reconstructed, with no side over `MAX_SIDE`."""
AT_ONCE, PIXELS_AT_ONCE = 64, 16 * MAX_SIDE**2
"""How many pictures go through a model's layers at a time, and that they are fewer once they have so many pixels."""
P = ParamSpec("P")
R = TypeVar("R", bound=Result)
R_co = TypeVar("R_co", bound=Result, covariant=True)


class TakesPictures(Protocol[P, R_co]):
    """A verb of one picture, with its result, or of a list of pictures, with a list of results."""

    @overload
    def __call__(self, picture: PictureLike, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    @overload
    def __call__(self, picture: list[Any] | tuple[Any, ...], *args: P.args, **kwargs: P.kwargs) -> Results[R_co]: ...


Verb = Callable[Concatenate[PictureLike, P], R]


def one_or_many(verb: Verb[P, R]) -> TakesPictures[P, R]:
    """Let a verb of one picture take a list or tuple of 0 to `MAX_PICTURES` as well, and answer it with `Results`.

    The pictures are opened and answered one after another, each as if it were alone, all by the same `checkpoints`. The
    first that cannot be used ends the call by an InputError that says which it is.
    """

    def answers(pictures: list[Any], settings: dict[str, Any]) -> Iterator[R]:
        for number, picture in enumerate(pictures, start=1):
            with _numbered(lambda: number, len(pictures)):  # noqa: B023 - it is called within the loop
                found = verb(picture, **settings)
            yield found

    return _taking_lists(verb, MAX_PICTURES, answers)


def together(answer: Callable[..., list[R]]) -> Callable[[Verb[P, R]], TakesPictures[P, R]]:
    """As `one_or_many`, of a verb whose list of up to `MAX_TOGETHER` pictures is answered in parts by `answer`, which
    takes opened pictures and the verb's other arguments by name. They come out as if each were alone, within rounding.

    `answer` checks these arguments before the first picture and is done with a picture before it takes the next, so
    that an error is about the last one that it took.
    """

    def answers(pictures: list[Any], settings: dict[str, Any]) -> Iterator[R]:
        opened = _Opened(pictures)
        while not opened.are_all:
            with opened.numbered():
                found = answer(opened.part(), **settings)
            yield from found

    return lambda verb: _taking_lists(verb, MAX_TOGETHER, answers)


class _Opened:
    """The pictures of a list, opened one after another, in parts."""

    def __init__(self, pictures: list[Any]) -> None:
        self._pictures = pictures
        self._number = 0
        self._pixels = 0

    @property
    def are_all(self) -> bool:
        return self._number == len(self._pictures)

    def numbered(self) -> AbstractContextManager[None]:
        return _numbered(lambda: self._number, len(self._pictures))

    def part(self) -> Iterator[Image.Image]:
        end, most = self._number + AT_ONCE, self._pixels + PIXELS_AT_ONCE
        while not self.are_all and self._number < end and self._pixels < most:
            self._number += 1
            opened = open_input(self._pictures[self._number - 1])
            self._pixels += math.prod(round(side * min(1.0, MAX_SIDE / max(opened.size))) for side in opened.size)
            if self._pixels > MAX_PIXELS_TOGETHER:
                raise InputError(
                    f"The first {self._number:,} of the {len(self._pictures):,} pictures have more than "
                    f"{MAX_PIXELS_TOGETHER:,} pixels, even with no side over {MAX_SIDE:,}: give parts."
                )
            yield opened


def _taking_lists(
    verb: Verb[P, R], most: int, answers: Callable[[list[Any], dict[str, Any]], Iterator[R]]
) -> TakesPictures[P, R]:
    signature = inspect.signature(verb)

    @wraps(verb)
    def answer(picture: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(picture, (list, tuple)):
            return verb(picture, *args, **kwargs)
        if len(picture) > most:
            raise InputError(f"At most {most:,} pictures are answered at once, not {len(picture):,}: give parts.")
        settings = {**signature.bind(picture, *args, **kwargs).arguments}
        del settings["picture"]
        settings["checkpoints"] = settings.get("checkpoints") or default_store().current
        return Results(answers([*picture], settings))

    return answer


@contextmanager
def _numbered(number: Callable[[], int], of: int) -> Iterator[None]:
    """An error says which picture it is about."""
    try:
        yield
    except PictureError as error:
        raise PictureError(f"Picture {number():,} of {of:,}: {error}") from error
