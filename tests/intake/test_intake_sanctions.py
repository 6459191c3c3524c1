"""An operator's own copy of a sanctions list, as XML and as CSV. Every entry is invented."""

from datetime import date

import pytest

from takedown.intake.sanctions import NotASanctionsList, read_sanctions

XML = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-11-20T00:00:01.234-05:00">
  <INDIVIDUALS>
    <INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>STANDIN</FIRST_NAME><SECOND_NAME>ONE</SECOND_NAME>
      <UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE><REFERENCE_NUMBER>QDi.9001</REFERENCE_NUMBER><LISTED_ON>2020-01-02</LISTED_ON>
      <LAST_DAY_UPDATED><VALUE>2021-03-04</VALUE><VALUE>2026-10-11</VALUE></LAST_DAY_UPDATED>
      <INDIVIDUAL_ALIAS><ALIAS_NAME>Somebody Else</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL>
  </INDIVIDUALS>
  <ENTITIES>
    <ENTITY><FIRST_NAME>Invented Organisation</FIRST_NAME><REFERENCE_NUMBER>QDe.9002.</REFERENCE_NUMBER>
      <LISTED_ON>2019-05-06</LISTED_ON></ENTITY>
    <ENTITY><FIRST_NAME>Without a number</FIRST_NAME></ENTITY>
  </ENTITIES>
</CONSOLIDATED_LIST>
"""
CSV = (
    "reference_number,name,listed_on,last_updated\n"
    "QDi.9001,STANDIN ONE,2020-01-02,2026-10-11\nQDe.9002.,Invented Organisation,2019-05-06,\n"
)


def written(tmp_path, text, name="list.xml"):
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@pytest.mark.parametrize(("text", "name"), [(XML, "list.xml"), (CSV, "list.csv"), ("\ufeff" + CSV, "list.CSV")])
def test_entries_with_their_last_change(tmp_path, text, name):
    found = read_sanctions(written(tmp_path, text, name))
    assert {key: (one.number, one.name, one.updated) for key, one in found.entries.items()} == {
        "qdi.9001": ("QDi.9001", "STANDIN ONE", date(2026, 10, 11)),
        "qde.9002": ("QDe.9002", "Invented Organisation", date(2019, 5, 6)),
    }
    assert found.dated == (date(2026, 11, 20) if name == "list.xml" else None)


BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><CONSOLIDATED_LIST>&d;</CONSOLIDATED_LIST>'
BAD = {
    "a document type": (BOMB, "list.xml", "document type"),
    "cut off": (XML[:400], "list.xml", "no element found"),
    "no list at all": ("<html><body>Sanctions</body></html>", "list.xml", "no entry"),
    "not XML": (b"PK\x03\x04 a spreadsheet", "list.xml", "not well-formed"),
    "nested": ("<a>" * 200 + "</a>" * 200, "list.xml", "nested"),
    "a CSV without the number": ("name,last_updated\na,b\n", "list.csv", "reference_number"),
    "a CSV in Latin-1": ("reference_number,last_updated,name\nQDi.1,2026-01-01,\u00e9".encode("latin-1"), "list.csv", "utf-8"),
    "empty": ("", "list.xml", "no element found"),
    "an entry twice": (XML.replace("QDe.9002.", "QDi.9001"), "list.xml", "twice"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_list_is_refused_and_never_read_as_an_empty_one(tmp_path, case):
    text, name, what = BAD[case]
    with pytest.raises(NotASanctionsList, match=what):
        read_sanctions(written(tmp_path, text, name))
    with pytest.raises(NotASanctionsList, match="no such file"):
        read_sanctions(tmp_path / "nowhere.xml")
