"""What the library says of a wrong field, in the caller's language, with every bound that it has."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError, validate

from shared.http.problems import in_language


@pytest.mark.parametrize(
    ("rule", "value", "vi", "en"),
    [
        (validate.Range(1900, 2199), 9999, "Số này phải từ 1900 đến 2199.", "It must be between 1900 and 2199."),
        (validate.Range(1), 0, "Số này nhỏ nhất là 1.", "It must be at least 1."),
        (validate.Range(max=9), 10, "Số này lớn nhất là 9.", "It must be at most 9."),
        (validate.Length(0, 3), "abcd", "Dài nhất 3 ký tự.", "It may have at most 3 characters."),
        (validate.Length(1, 3), "", "Cần từ 1 đến 3 ký tự.", "It needs between 1 and 3 characters."),
    ],
)  # fmt: skip
def test_a_bound_is_said_whole(rule: validate.Validator, value: object, vi: str, en: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        rule(value)

    assert in_language(str(wrong.value.messages[0]), "vi") == vi
    assert in_language(str(wrong.value.messages[0]), "en") == en
