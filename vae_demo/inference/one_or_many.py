"""One picture or a list of them, for every verb that takes a picture."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, overload

from vae_demo.errors import InputError, PictureError
from vae_demo.images.inputs import PictureLike
from vae_demo.inference.results import Result, Results
from vae_demo.weights.store import default_store

MAX_PICTURES = 64
"""The most pictures that one call answers: their results are all in memory when it returns."""
P = ParamSpec("P")
R = TypeVar("R", bound=Result)
R_co = TypeVar("R_co", bound=Result, covariant=True)


class TakesPictures(Protocol[P, R_co]):
    """A verb of one picture, with its result, or of a list of pictures, with a list of results."""

    @overload
    def __call__(self, picture: PictureLike, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    @overload
    def __call__(self, picture: list[Any] | tuple[Any, ...], *args: P.args, **kwargs: P.kwargs) -> Results[R_co]: ...


def one_or_many(verb: Callable[Concatenate[PictureLike, P], R]) -> TakesPictures[P, R]:
    """Let a verb of one picture take a list or tuple of 0 to `MAX_PICTURES` as well, and answer it with `Results`.

    The pictures are opened and answered one after another, each as if it were alone, all by the same `checkpoints`. The
    first that cannot be used ends the call by an InputError that says which it is.
    """
    signature = inspect.signature(verb)

    @wraps(verb)
    def answer(picture: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(picture, (list, tuple)):
            return verb(picture, *args, **kwargs)
        if len(picture) > MAX_PICTURES:
            raise InputError(f"At most {MAX_PICTURES} pictures are answered at once, not {len(picture):,}: give parts.")
        given = signature.bind(picture, *args, **kwargs)
        given.arguments["checkpoints"] = given.arguments.get("checkpoints") or default_store().current
        results: Results[R] = Results()
        for number, one in enumerate(picture, start=1):
            given.arguments["picture"] = one
            try:
                results.append(verb(*given.args, **given.kwargs))
            except PictureError as error:
                raise PictureError(f"Picture {number} of {len(picture)}: {error}") from error
        return results

    return answer
