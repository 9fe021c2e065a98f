"""What a nominee agrees to: somebody else gave their name, so they are asked themselves.

Who changes the words raises the version; the words that a nominee saw are kept beside the answer.
"""

from __future__ import annotations

from shared.text import Text

VERSION = 1
CONSENT = Text(
    "Tôi đồng ý nhận chỗ do {partner} đề cử, và đồng ý để ban tổ chức dùng họ tên, số điện thoại, thư của tôi cho riêng "
    "sự kiện này. {partner} được biết tôi đã nhận chỗ hay từ chối. Tôi có thể hủy bất cứ lúc nào.",
    "I accept the place for which {partner} named me, and agree that the organisers use my name, phone number and mail for "
    "this event alone. {partner} is told whether I accepted or declined. I can cancel at any time.",
)


def consent_text(partner: dict[str, str | None], language: str) -> str:
    """The words in the reader's language, with the name of the partner."""
    return CONSENT.say(language, partner=partner.get(language) or partner["vi"])
