"""What goes wrong around the mall rather than in it: a full disk, a taken port, a lost server."""


class Trouble(Exception):
    """One clear sentence, in both languages, for the person who runs the mall."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en
