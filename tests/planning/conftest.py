import pytest
from desks import add_cases, make_desk, make_key

API = {"channel": "api", "base_url": "http://127.0.0.1:9/fb", "idempotency": True}
MAIL = {"channel": "email", "to": "orders@instagram.example"}


@pytest.fixture
def desk(tmp_path):
    """Three people with keys, two approvals asked for, cases on an api, a mail and a portal lane."""
    for name in ("planner", "alice", "bilal"):
        make_key(tmp_path, name)
    desk = make_desk(tmp_path, {"facebook": API, "instagram": MAIL}, approvals=1)
    add_cases(desk, "facebook", range(1, 6))
    add_cases(desk, "instagram", range(6, 8))
    yield desk
    desk.ledger.close()
