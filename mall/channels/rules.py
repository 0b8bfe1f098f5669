"""What a channel is."""

from dataclasses import dataclass

from mall.kernel.i18n import Texts


@dataclass(frozen=True, slots=True)
class Channel:
    """A place where a mall sells; orders remember theirs."""

    titles: Texts
    staffed: bool  # somebody of the mall stands beside the buyer
