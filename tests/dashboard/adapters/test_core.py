"""The real accounts fit what the web adapter asks for."""

import inspect

import pytest

from dashboard.adapters.core import Accounts as Wanted
from runtime.accounts import Accounts

METHODS = [name for name, member in vars(Wanted).items() if inspect.isfunction(member) and name[0] != "_"]


@pytest.mark.parametrize("name", METHODS)
def test_signatures_agree(name: str) -> None:
    wanted = inspect.signature(getattr(Wanted, name))
    real = inspect.signature(getattr(Accounts, name))
    assert wanted.parameters.keys() == real.parameters.keys()
    assert wanted.return_annotation == real.return_annotation


def test_there_is_something_to_compare() -> None:
    assert len(METHODS) >= 7
