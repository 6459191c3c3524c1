"""Country names as platforms write them, with their ISO 3166-1 codes: English short forms, and a few in other languages."""

from __future__ import annotations

import re

from takedown.inbox.patterns import words

_NAMES = """
AD Andorra|AE United Arab Emirates|AE UAE|AF Afghanistan|AL Albania|AM Armenia|AO Angola|AR Argentina|AT Austria
AU Australia|AZ Azerbaijan|BA Bosnia and Herzegovina|BA Bosnia|BB Barbados|BD Bangladesh|BE Belgium|BF Burkina Faso
BG Bulgaria|BH Bahrain|BI Burundi|BJ Benin|BN Brunei|BO Bolivia|BR Brazil|BS Bahamas|BT Bhutan|BW Botswana
BY Belarus|BZ Belize|CA Canada|CD Democratic Republic of the Congo|CF Central African Republic|CG Congo
CH Switzerland|CI Ivory Coast|CI Côte d'Ivoire|CL Chile|CM Cameroon|CN China|CO Colombia|CR Costa Rica|CU Cuba
CV Cape Verde|CY Cyprus|CZ Czechia|CZ Czech Republic|DE Germany|DJ Djibouti|DK Denmark|DM Dominica
DO Dominican Republic|DZ Algeria|EC Ecuador|EE Estonia|EG Egypt|ER Eritrea|ES Spain|ET Ethiopia|EU European Union
EU EU|EU all Member States|EU all EU Member States|EU European Economic Area|EU EEA|FI Finland|FJ Fiji|FR France|GA Gabon
|GB United Kingdom|GB UK
GB Great Britain|GB Britain|GD Grenada|GE Georgia|GH Ghana|GM Gambia|GN Guinea|GQ Equatorial Guinea|GR Greece
GT Guatemala|GW Guinea-Bissau|GY Guyana|HK Hong Kong|HN Honduras|HR Croatia|HT Haiti|HU Hungary|ID Indonesia
IE Ireland|IL Israel|IN India|IQ Iraq|IR Iran|IS Iceland|IT Italy|JM Jamaica|JO Jordan|JP Japan|KE Kenya
KG Kyrgyzstan|KH Cambodia|KM Comoros|KP North Korea|KR South Korea|KR Republic of Korea|KW Kuwait|KZ Kazakhstan
LA Laos|LB Lebanon|LI Liechtenstein|LK Sri Lanka|LR Liberia|LS Lesotho|LT Lithuania|LU Luxembourg|LV Latvia|LY Libya
MA Morocco|MC Monaco|MD Moldova|ME Montenegro|MG Madagascar|MK North Macedonia|ML Mali|MM Myanmar|MN Mongolia
MO Macau|MR Mauritania|MT Malta|MU Mauritius|MV Maldives|MW Malawi|MX Mexico|MY Malaysia|MZ Mozambique|NA Namibia
NE Niger|NG Nigeria|NI Nicaragua|NL Netherlands|NO Norway|NP Nepal|NZ New Zealand|OM Oman|PA Panama|PE Peru
PG Papua New Guinea|PH Philippines|PK Pakistan|PL Poland|PS Palestine|PT Portugal|PY Paraguay|QA Qatar|RO Romania
RS Serbia|RU Russia|RU Russian Federation|RW Rwanda|SA Saudi Arabia|SB Solomon Islands|SC Seychelles|SD Sudan
SE Sweden|SG Singapore|SI Slovenia|SK Slovakia|SL Sierra Leone|SM San Marino|SN Senegal|SO Somalia|SR Suriname
SS South Sudan|SV El Salvador|SY Syria|SZ Eswatini|TD Chad|TG Togo|TH Thailand|TJ Tajikistan|TL Timor-Leste
TM Turkmenistan|TN Tunisia|TO Tonga|TR Turkey|TR Türkiye|TT Trinidad and Tobago|TW Taiwan|TZ Tanzania|UA Ukraine
UG Uganda|US United States|US United States of America|US USA|UY Uruguay|UZ Uzbekistan|VA Vatican|VE Venezuela
DE Deutschland|AT Österreich|CH Schweiz|FR Frankreich|ES Spanien|IT Italien|IN Indien|RU Russland|BR Brasilien|TR Türkei
|EU Europäischen Union
DE Allemagne|AT Autriche|CH Suisse|ES Espagne|IT Italie|IN Inde|RU Russie|BR Brésil|TR Turquie|EU Union européenne
DE Alemania|ES España|FR Francia|BR Brasil|RU Rusia|TR Turquía|PK Pakistán|EU Unión Europea|DE Alemanha|ES Espanha
|FR França|PK Paquistão
VN Vietnam|VN Viet Nam|VU Vanuatu|WS Samoa|XK Kosovo|YE Yemen|ZA South Africa|ZM Zambia|ZW Zimbabwe
"""
CODES = {name.casefold(): code for code, _, name in (one.partition(" ") for one in re.split(r"[|\n]+", _NAMES.strip()))}
ANY = "|".join(sorted(map(re.escape, CODES), key=len, reverse=True))
_WHERE = words(
    rf"""\b(?:in|within|inside|across|throughout|to|for|from|en|au|aux|em|na)(?: (?:users|people|viewers|audiences|visitors
|persons
|those)(?: located| based)? in)? (?:the )?((?:{ANY})(?:(?:, and |, | and | & )(?:the )?(?:{ANY}))*)\b(?!\s+(?:users
|people|office|team|authorit|polic|government|law)s?\b)"""
)
_NAME = re.compile(rf"\b(?:{ANY})\b", re.I)
_SOMEWHERE = words(
    r"""\b(?:in|within) (?:your|that|the (?:relevant|requesting|specified|respective|said)) (?:country|jurisdiction|territory
|region)|\blocally\b|\bgeo-?(?:block|restrict)\w*""",
    re.I,
)
WORLDWIDE = re.compile(r"\b(?:globally|worldwide|world-wide|in all (?:countries|territories|jurisdictions)|everywhere)\b", re.I)


def territories(text: str) -> tuple[str, ...] | None:
    """The countries that an action is limited to; empty for an unnamed one (`in your country`), None where it is not limited."""
    found = [CODES[name.casefold()] for where in _WHERE.findall(text) for name in _NAME.findall(where)]
    if found:
        return tuple(dict.fromkeys(found))
    return () if _SOMEWHERE.search(text) else None
