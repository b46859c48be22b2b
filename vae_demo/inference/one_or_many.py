"""One picture or a list of them, for every verb that takes a picture."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
"""The most pixels that those have, each at most as it is reconstructed: as many as `MAX_PICTURES` of the largest."""
AT_ONCE, PIXELS_AT_ONCE = 64, 2**24
"""How many pictures are open at a time: as many as the first, fewer once they have that many pixels."""
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
            with _numbered(number, len(pictures)):
                yield verb(picture, **settings)

    return _taking_lists(verb, MAX_PICTURES, answers)


def together(answer: Callable[..., list[R]]) -> Callable[[Verb[P, R]], TakesPictures[P, R]]:
    """As `one_or_many`, of a verb whose list of up to `MAX_TOGETHER` pictures is answered in parts by `answer`, which
    takes opened pictures and the verb's other arguments by name. They come out as if each were alone, within rounding.
    """

    def answers(pictures: list[Any], settings: dict[str, Any]) -> Iterator[R]:
        done = 0
        for part in _opened_in_parts(pictures):
            try:
                yield from answer(part, **settings)
            except PictureError:  # of one of them
                for number, picture in enumerate(part, start=done + 1):
                    with _numbered(number, len(pictures)):
                        answer([picture], **settings)
                raise
            done += len(part)

    return lambda verb: _taking_lists(verb, MAX_TOGETHER, answers)


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


def _opened_in_parts(pictures: list[Any]) -> Iterator[list[Image.Image]]:
    part: list[Image.Image] = []
    pixels = shown = 0
    for number, picture in enumerate(pictures, start=1):
        with _numbered(number, len(pictures)):
            part.append(open_input(picture))
        size = part[-1].width * part[-1].height
        pixels += size
        shown += min(size, MAX_SIDE**2)
        if shown > MAX_PIXELS_TOGETHER:
            raise InputError(f"The first {number:,} pictures are too large to be answered at once: give parts.")
        if len(part) == AT_ONCE or pixels >= PIXELS_AT_ONCE:
            yield part
            part, pixels = [], 0
    if part:
        yield part


@contextmanager
def _numbered(number: int, of: int) -> Iterator[None]:
    """An error says which picture it is about."""
    try:
        yield
    except PictureError as error:
        raise PictureError(f"Picture {number:,} of {of:,}: {error}") from error
