import json
from typing import Any

import pytest

from jobengine import DependencyDown, Incomplete, InvalidInput, JobFailure, Permanent, RetryAfter
from jobengine._outcome import cut_to_bytes, encode_outcome, outcome_of_error, outcome_of_return


def raised(error: BaseException, depth: int = 1) -> BaseException:
    def fall(left: int) -> None:
        if left == 0:
            raise error
        fall(left - 1)

    try:
        fall(depth)
    except BaseException as caught:
        return caught
    raise AssertionError


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (None, {"status": "succeeded"}),
        ({"a": 1}, {"status": "succeeded", "result": {"a": 1}}),
        (0, {"status": "succeeded", "result": 0}),
        (Incomplete("no_sbom"), {"status": "incomplete", "reason": "no_sbom"}),
        (Incomplete("x" * 2_000, []), {"status": "incomplete", "reason": "x" * 1_024, "result": []}),
        (Incomplete(""), {"status": "incomplete", "reason": "unspecified"}),
    ],
)
def test_what_a_return_means(value: Any, outcome: dict[str, Any]) -> None:
    assert outcome_of_return(value) == outcome


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RetryAfter(7), {"class": "rate_limited", "message": "Try again after 7 s.", "retryAfterSeconds": 7}),
        (RetryAfter(10**9, "later").seconds, 86_400),
        (Permanent("no", code="X"), {"class": "permanent", "message": "no", "code": "X"}),
        (DependencyDown("away"), {"class": "dependency_down", "message": "away"}),
        (InvalidInput("bad"), {"class": "input_invalid", "message": "bad"}),
        (JobFailure("some"), {"class": "transient", "message": "some"}),
    ],
)
def test_what_a_typed_failure_means(error: Any, expected: Any) -> None:
    if isinstance(error, BaseException):
        assert outcome_of_error(error) == {"status": "failed", "error": expected}
    else:
        assert error == expected


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_retry_after_takes_no_nonsense(seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds"):
        RetryAfter(seconds)


def test_any_other_error_is_transient_with_its_innermost_frames() -> None:
    error = outcome_of_error(raised(ValueError("odd"), depth=40))["error"]
    assert error["class"] == "transient"
    assert error["code"] == "ValueError"
    lines = error["message"].split("\n")
    assert lines[0] == "ValueError: odd"
    assert len(lines) == 6
    assert lines[1].startswith("at fall (tests/test_outcome.py:")


def test_a_message_is_cut_inside_no_character_and_may_hold_anything() -> None:
    message = outcome_of_error(Permanent("ü" * 2_000 + "\udcff"))["error"]["message"]
    assert message == "ü" * 512
    assert cut_to_bytes("aü", 2) == "a"
    assert outcome_of_error(Permanent("a\udcff"))["error"]["message"] == "a?"


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


def test_an_error_that_cannot_be_shown_is_an_outcome_all_the_same() -> None:
    assert outcome_of_error(raised(Unprintable()))["error"]["code"] == "Unprintable"


def endless() -> list[Any]:
    one: list[Any] = []
    one.append(one)
    return one


def deep() -> Any:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    return value


class Trap(dict[str, int]):
    def items(self) -> Any:
        raise KeyError("trap")


@pytest.mark.parametrize(
    "result",
    [object(), {1, 2}, b"x", float("nan"), endless(), Trap(a=1), {(1, 2): 3}],
    ids=lambda v: type(v).__name__,
)
def test_a_result_without_json_form_is_a_permanent_failure(result: Any) -> None:
    document = json.loads(encode_outcome({**outcome_of_return(result), "durations": {"handlerMs": 1}}).text)
    assert document["error"]["class"] == "permanent"
    assert document["error"]["code"] == "RESULT_NOT_JSON"
    assert document["durations"] == {"handlerMs": 1}


def test_a_result_that_is_too_deep_is_a_permanent_failure() -> None:
    document = json.loads(encode_outcome(outcome_of_return(deep())).text)
    assert document["error"]["code"] == "RESULT_NOT_JSON"


def test_a_lone_surrogate_in_a_result_is_escaped() -> None:
    document = encode_outcome(outcome_of_return({"file": "\udcff"}))
    assert json.loads(document.text)["result"] == {"file": "\udcff"}


@pytest.mark.parametrize(("letters", "is_large"), [(65_502, False), (65_503, True)])
def test_what_exceeds_64_kb_goes_by_reference(letters: int, is_large: bool) -> None:
    document = encode_outcome(outcome_of_return("x" * letters))
    assert (document.large_result is not None) == is_large
    assert is_large or len(document.text) <= 65_536
