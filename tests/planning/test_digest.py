"""What is signed is over canonical JSON, however quickly it is put together."""

import hashlib

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from takedown.ledger.canonical import canonical
from takedown.planning.digest import facts_of, leaf_of

WORDS = st.text(max_size=20)
ROWS = st.fixed_dictionaries(
    {
        "id": st.integers(1, 10**12),
        "headers": st.dictionaries(st.text("abcXYZ-", min_size=1, max_size=8), WORDS, max_size=3),
        **dict.fromkeys(("reference", "purpose", "platform", "channel", "method", "destination"), WORDS),
    }
)


@given(ROWS, st.lists(WORDS, max_size=3), WORDS, st.binary(max_size=16))
def test_a_leaf_is_over_the_canonical_json_of_its_facts(row, carried, sha256, salt):
    assert (
        leaf_of(salt, row, sha256, carried) == hashlib.sha256(salt + canonical(facts_of(row, sha256, carried)).encode()).digest()
    )


TOLD = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(TOLD)
def test_canonical_json_is_that_of_rfc_8785(value):
    assert canonical(value).encode() == rfc8785.dumps(value)
