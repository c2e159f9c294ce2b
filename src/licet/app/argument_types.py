"""What is handed to an operation and is of another type than it says: an error of licet, with the argument's name.

A class whose public methods are so wrapped pays next to nothing while they succeed. Where one fails as Python fails on
a value of the wrong type, its arguments are held to its annotations: the first that does not fit is named; where all
fit, the failure is a fault of licet and stays what it was.
"""

from __future__ import annotations

import collections.abc
import functools
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from licet.terms import AppError
from licet.terms.ids import is_text

_Class = TypeVar("_Class", bound=type)
_CONTAINERS = (collections.abc.Collection, collections.abc.Iterable)


def names_wrong_types(made: _Class) -> _Class:
    """A class decorator: public methods that fail on an argument of the wrong type raise AppError APP-217."""
    for name, method in list(vars(made).items()):
        if inspect.isfunction(method) and not name.startswith("_") and _takes_arguments(method):
            setattr(made, name, _naming(method))
    return made


def _takes_arguments(method: types.FunctionType) -> bool:
    """Whether a method takes more than its object; of one that does not, no argument could be named."""
    code = method.__code__
    return code.co_argcount + code.co_kwonlyargcount > 1 or bool(
        code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    )


def _naming(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return method(*arguments, **named)
        except (TypeError, AttributeError, ValueError) as error:
            wrong = _first_unfit(method, arguments, named)
            if wrong is None:
                raise
            name, annotation, value = wrong
            raise AppError(
                "APP-217",
                f"{method.__name__} takes {name} as {annotation}, and not as {type(value).__name__}",
                fix="convert it, e.g. an id with str(id)",
            ) from error

    return call


def _first_unfit(
    method: Callable[..., Any], arguments: tuple[Any, ...], named: Mapping[str, Any]
) -> tuple[str, str, Any] | None:
    signature = inspect.signature(method)
    try:
        bound = signature.bind(*arguments, **named)
    except TypeError:
        return None  # too many or too few: Python says so best
    for name, value in bound.arguments.items():
        parameter = signature.parameters[name]
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or name == "self":
            continue
        try:
            annotation = eval(str(parameter.annotation), method.__globals__)
        except (NameError, TypeError, AttributeError):
            continue  # a type known to the checker alone
        if not _fits(value, annotation):
            return name, str(parameter.annotation), value
    return None


def _fits(value: Any, annotation: Any) -> bool:
    """Whether a value may stand where an annotation is; what the annotation does not say plainly, fits."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is typing.Literal:
        return value in parts
    if annotation is None:
        return value is None
    if origin is collections.abc.Callable:
        return callable(value)
    if isinstance(origin, type) and issubclass(origin, _CONTAINERS):
        if not isinstance(value, origin):
            return False
        plain = len(parts) == 1 and isinstance(value, collections.abc.Collection)
        return not plain or all(_fits(item, parts[0]) for item in value)
    if annotation is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if annotation is float:
        return isinstance(value, int | float)
    return not isinstance(annotation, type) or isinstance(value, annotation)


def require_organisation(organisation: object) -> None:
    """Raises: AppError APP-231 for what is no organisation's id."""
    if not is_text(organisation):
        raise AppError(
            "APP-231", f"the id of an organisation is text that is not empty, and not {ascii(organisation)[:60]}",
            fix="give it as the tables write it, as text",
        )  # fmt: skip


def require_subject_id(subject: object) -> None:
    """Raises: AppError APP-170 for what can be nobody's id."""
    if not is_text(subject):
        raise AppError(
            "APP-170",
            f"the id of a subject is text that is not empty, without NUL, and not {ascii(subject)[:60]}",
            fix="give the id as the platform writes it, as text: str(id)",
        )
