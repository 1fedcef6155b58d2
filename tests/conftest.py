"""What every test may ask for."""

import os
from pathlib import Path
from types import CodeType

import pytest
from flask import Flask
from hypothesis import settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

ROOT = Path(__file__).parents[1]

# The examples of one run are those of the next, and a busy machine fails nothing. But Hypothesis also
# draws constants from whatever modules are loaded: with other tests beside it, one plays other examples.
settings.register_profile("default", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


class CompiledTemplates(BytecodeCache):
    """What each template was compiled to, by its text: the same for every household's pages."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._found.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._found[bucket.key, bucket.checksum] = bucket.code


# A server compiles its templates once; a run of the tests has hundreds of applications.
Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}


@pytest.fixture(scope="session")
def own_corpus() -> Path:
    """The folder of cards written for this project, one folder per client."""
    return ROOT / "tests" / "corpus"


@pytest.fixture(scope="session")
def shared_corpus() -> Path:
    """A folder of other projects' test cards, which are not part of this repository."""
    beside = Path(__file__).parents[2] / "shared" / "vcards"
    folder = Path(os.environ.get("HEARTHBOOK_CORPUS", beside))
    if not folder.is_dir():
        pytest.skip("HEARTHBOOK_CORPUS names no folder")
    return folder
