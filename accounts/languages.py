"""What languages are called: the 183 of ISO 639-1, and a few that clinics name and it does not."""

from collections.abc import Iterable

# Names as people say them; “Persian”, not “Farsi”, which ``ALSO`` leads to.
ISO_639_1 = """
Abkhazian, Afar, Afrikaans, Akan, Albanian, Amharic, Arabic, Aragonese, Armenian, Assamese, Avaric,
Avestan, Aymara, Azerbaijani, Bambara, Bashkir, Basque, Belarusian, Bengali, Bislama, Bosnian, Breton,
Bulgarian, Burmese, Catalan, Chamorro, Chechen, Chichewa, Chinese, Church Slavonic, Chuvash, Cornish,
Corsican, Cree, Croatian, Czech, Danish, Divehi, Dutch, Dzongkha, English, Esperanto, Estonian, Ewe,
Faroese, Fijian, Finnish, French, Fulah, Galician, Ganda, Georgian, German, Greek, Greenlandic, Guarani,
Gujarati, Haitian Creole, Hausa, Hebrew, Herero, Hindi, Hiri Motu, Hungarian, Icelandic, Ido, Igbo,
Indonesian, Interlingua, Interlingue, Inuktitut, Inupiaq, Irish, Italian, Japanese, Javanese, Kannada,
Kanuri, Kashmiri, Kazakh, Khmer, Kikuyu, Kinyarwanda, Komi, Kongo, Korean, Kuanyama, Kurdish, Kyrgyz,
Lao, Latin, Latvian, Limburgish, Lingala, Lithuanian, Luba-Katanga, Luxembourgish, Macedonian, Malagasy,
Malay, Malayalam, Maltese, Manx, Maori, Marathi, Marshallese, Mongolian, Nauru, Navajo, Ndonga, Nepali,
North Ndebele, Northern Sami, Norwegian, Norwegian Bokmål, Norwegian Nynorsk, Occitan, Odia, Ojibwa,
Oromo, Ossetian, Pali, Pashto, Persian, Polish, Portuguese, Punjabi, Quechua, Romanian, Romansh, Rundi,
Russian, Samoan, Sango, Sanskrit, Sardinian, Scottish Gaelic, Serbian, Shona, Sichuan Yi, Sindhi, Sinhala,
Slovak, Slovenian, Somali, South Ndebele, Southern Sotho, Spanish, Sundanese, Swahili, Swati, Swedish,
Tagalog, Tahitian, Tajik, Tamil, Tatar, Telugu, Thai, Tibetan, Tigrinya, Tonga, Tsonga, Tswana, Turkish,
Turkmen, Twi, Ukrainian, Urdu, Uyghur, Uzbek, Venda, Vietnamese, Volapük, Walloon, Welsh, Western Frisian,
Wolof, Xhosa, Yiddish, Yoruba, Zhuang, Zulu
"""
BESIDE = """
American Sign Language, Cantonese, Cebuano, Dari, Hawaiian, Hmong, Ilocano, Karen, Mandarin, Rohingya
"""
ALSO = {
    "bahasa indonesia": "Indonesian",
    "bangla": "Bengali",
    "bokmål": "Norwegian Bokmål",
    "castilian": "Spanish",
    "creole": "Haitian Creole",
    "farsi": "Persian",
    "filipino": "Tagalog",
    "flemish": "Dutch",
    "gaelic": "Scottish Gaelic",
    "haitian": "Haitian Creole",
    "kiswahili": "Swahili",
    "mandarin chinese": "Mandarin",
    "chinese (mandarin)": "Mandarin",
    "chinese (cantonese)": "Cantonese",
    "myanmar": "Burmese",
    "oriya": "Odia",
    "panjabi": "Punjabi",
    "sinhalese": "Sinhala",
}


def _listed(text: str) -> list[str]:
    return [" ".join(name.split()) for name in text.split(",")]


LANGUAGES = tuple(sorted(_listed(ISO_639_1) + _listed(BESIDE)))
_BY_NAME = {name.casefold(): name for name in LANGUAGES} | ALSO


def named(said: str) -> str:
    """The language as the list calls it; empty where it knows none."""
    return _BY_NAME.get(" ".join(said.split()).casefold(), "")


def known(said: Iterable[str]) -> list[str]:
    """Each once, by the list's name where it has one and in the words that were said otherwise."""
    trimmed = (" ".join(one.split()) for one in said)
    return list(dict.fromkeys(named(one) or one for one in trimmed if one))
