"""Words of the pages: gettext catalogues, read from their ``.po`` files when the program starts."""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from gis.errors import LandStockError

LANGUAGES = ("zh", "en")
LOCALE = Path(__file__).parent / "locale"
SCRIPT_PREFIX = "js."


class MissingWord(LandStockError):
    """A page asks for a word that its catalogue has not."""

    code = "missing-word"

    def __init__(self, lang: str, key: str) -> None:
        super().__init__(
            f"The catalogue {lang}/messages.po has no entry {key!r}. Expected one for every key that a "
            "template or script uses; add it to every language.",
            f"词表 {lang}/messages.po 缺少条目 {key!r}。模板和脚本使用的每个键都应有条目，请在各语言中补上。",
        )


class Catalogue:
    """The words of one language. ``forms`` holds one text a key, or one per plural form."""

    def __init__(self, lang: str, forms: dict[str, tuple[str, ...]]) -> None:
        self.lang = lang
        self.forms = forms

    def has(self, key: str) -> bool:
        """Say whether there is a text for this key."""
        return key in self.forms

    def text(self, key: str, **params: object) -> str:
        """Return the text of a key, with ``{name}`` filled in; ``n`` chooses the plural form.

        Raises
        ------
        MissingWord
            There is no such key.
        """
        forms = self.forms.get(key)
        if forms is None:
            raise MissingWord(self.lang, key)
        several = len(forms) > 1 and str(params.get("n", 1)) != "1"
        return forms[1 if several else 0].format(**params) if params else forms[0]

    def for_scripts(self) -> dict[str, str]:
        """Return the words that scripts use, without their prefix, as one flat object."""
        return {
            key.removeprefix(SCRIPT_PREFIX): forms[0]
            for key, forms in self.forms.items()
            if key.startswith(SCRIPT_PREFIX)
        }


def read(path: Path, lang: str) -> Catalogue:
    """Return the catalogue in a ``.po`` file; entries without a text are left out."""
    with path.open("rb") as file:
        entries = read_po(file, locale=lang)
    forms: dict[str, tuple[str, ...]] = {}
    for message in entries:
        key = message.id if isinstance(message.id, str) else message.id[0]
        texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if key and all(texts):
            forms[key] = texts
    return Catalogue(lang, forms)


@cache
def catalogue(lang: str) -> Catalogue:
    """Return the catalogue of a language of ``LANGUAGES``."""
    return read(LOCALE / lang / "messages.po", lang)
