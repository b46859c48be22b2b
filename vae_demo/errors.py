"""The errors that reach a person, each with a sentence that says what was wrong and what would be right."""


class InputError(ValueError):
    """What was sent cannot be used: a picture, a number or a name. Raised before anything is computed."""


class PictureError(InputError):
    """The picture cannot be used."""


class CheckpointError(RuntimeError):
    """A checkpoint is missing, damaged or not one of ours; the sentence names the file."""
