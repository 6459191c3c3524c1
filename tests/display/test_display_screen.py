import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from screens import HOSTILE, screen, steering

from takedown.contract import UsageError
from takedown.display import Answer, Lines, Problem, words
from takedown.display.words import TRUTHS, WORDS

NOT_APPROVED = Problem(
    "TD-0702",
    "plan P-3 is not approved",
    "1 approval by a person other than its planner is required, 0 given",
    "takedown approve P-3 --as NAME",
    exit=7,
)


def test_an_error_has_four_parts() -> None:
    display, out, err = screen()
    display.error(NOT_APPROVED)
    assert out.getvalue() == ""
    assert err.getvalue() == (
        "error[TD-0702]: plan P-3 is not approved\n"
        "  why:  1 approval by a person other than its planner is required, 0 given\n"
        "  do:   takedown approve P-3 --as NAME\n"
    )


def test_an_error_leaves_out_what_it_does_not_know() -> None:
    display, _, err = screen()
    display.error(Problem("TD-0001", "first\nsecond"))
    assert err.getvalue() == "error[TD-0001]: first\n        second\n"


def test_an_error_as_json_has_the_keys_of_the_contract() -> None:
    display, out, err = screen(json=True)
    display.error(NOT_APPROVED)
    told = json.loads(err.getvalue())["error"]
    assert (out.getvalue(), told["exit"], told["retryable"], told["code"]) == ("", 7, False, "TD-0702")
    assert set(told) == set(UsageError(what="x").as_dict())


def test_the_envelope() -> None:
    display, out, err = screen(json=True)
    display.warn("early")
    answer = Answer([{"at": datetime(2026, 1, 2, tzinfo=UTC), "path": Path("a")}], {"n": 1}, ["late"], dry_run=True)
    display.show(answer, Lines(iter(["not shown"])))
    assert json.loads(out.getvalue()) == {
        "schema_version": 1,
        "dry_run": True,
        "items": [{"at": "2026-01-02T00:00:00+00:00", "path": "a"}],
        "summary": {"n": 1},
        "warnings": ["early", "late"],
    }
    assert err.getvalue() == ""


def test_an_empty_envelope_has_an_empty_list() -> None:
    display, out, _ = screen(json=True)
    display.show(Answer())
    assert '"items":[],' in out.getvalue()


def test_the_envelope_streams_and_counts_at_the_end() -> None:
    display, out, _ = screen(json=True)
    counts = {"n": 0}

    def items():
        for n in range(3):
            counts["n"] += 1
            assert out.getvalue().count('"case"') == n  # what came before is written already
            yield {"case": n}

    display.show(Answer(items(), counts))
    assert json.loads(out.getvalue())["summary"] == {"n": 3}


@pytest.mark.parametrize("payload", HOSTILE)
def test_json_says_the_exact_value_and_steers_nothing(payload: str) -> None:
    display, out, err = screen(json=True)
    display.show(Answer([{"name": payload}], warnings=[payload]))
    display.error(Problem("TD-0001", payload))
    assert json.loads(out.getvalue())["items"] == [{"name": payload}]
    assert json.loads(err.getvalue())["error"]["message"] == payload
    assert out.getvalue().isascii()
    assert not steering(out.getvalue() + err.getvalue())


def test_what_json_cannot_hold_is_a_fault_and_not_a_guess() -> None:
    display, _, _ = screen(json=True)
    with pytest.raises(TypeError):
        display.show(Answer([{"x": object()}]))
    with pytest.raises(ValueError, match="not JSON compliant"):
        display.show(Answer([{"x": float("nan")}]))


def test_quiet_keeps_data_warnings_and_errors() -> None:
    display, out, err = screen(quiet=True)
    display.say("hello")
    display.next("takedown status")
    display.show(Answer(warnings=["look out"]), Lines(["data"]))
    display.error(NOT_APPROVED)
    assert out.getvalue() == "data\n"
    assert err.getvalue().startswith("warning: look out\nerror[TD-0702]")


@pytest.mark.parametrize(("verbose", "told"), [(True, "more\n"), (False, "")])
def test_details_are_for_verbose(verbose: bool, told: str) -> None:
    display, _, err = screen(verbose=verbose)
    display.detail("more")
    assert err.getvalue() == told


def test_a_reader_of_messages_who_left_does_not_stop_the_work() -> None:
    display, _, err = screen()

    def gone(_: str) -> int:
        raise BrokenPipeError

    err.write = gone  # type: ignore[method-assign] # a pipe whose other end is closed
    display.say("hello")
    display.error(NOT_APPROVED)


def test_raw_bytes_are_exact_in_a_pipe_and_safe_on_a_terminal(tmp_path: Path) -> None:
    from takedown.display import Display

    with (tmp_path / "out").open("w+", encoding="utf-8") as file:
        Display(out=file).raw(b"From: a\r\n\x1b[2J\xff")
    assert (tmp_path / "out").read_bytes() == b"From: a\r\n\x1b[2J\xff"
    display, out, _ = screen(terminal=True)
    display.raw(b"From: a\r\n\x1b[2J\xff")
    assert out.getvalue() == "From: a\n\\x1b[2J\\xff\n"


def test_every_truth_has_words_of_its_own() -> None:
    assert {*TRUTHS, "withdrawal"} == WORDS.keys()
    assert words("delivery", "unknown") == "sending uncertain"
    assert words("observed", "unknown") == "could not check"
    assert words("claimed", "something new") == "something new"
    for truth, known in WORDS.items():
        assert len(set(known.values())) == len(known), truth
