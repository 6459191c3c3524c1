import pytest
from withdrawing import stand_ins


@pytest.fixture
def platforms(tmp_path):
    with stand_ins(tmp_path, keyed=True) as found:
        yield found
