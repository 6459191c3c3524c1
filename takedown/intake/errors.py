"""A file that cannot be read at all. What is wrong with single rows is a value, `results.Problem`."""

from __future__ import annotations

from takedown.contract import InputRejected, UsageError


class Unreadable(UsageError):
    """{file} cannot be read: {what}."""

    code, why, do = "TD-0201", "nothing was imported", "look at the path and the file's permissions"


class OtherKind(UsageError):
    """{file} is no list that can be read: {suffix} is none of .csv .tsv .txt .xlsx .jsonl."""

    code, why, do = "TD-0214", "a file is read by what its name ends in; nothing was imported", "save it as .xlsx or CSV UTF-8"


class EmptyFile(InputRejected):
    """{file} holds no rows."""

    code, why, do = "TD-0202", "{why}", "write one case a row under a header such as: url,legal_basis,reason,reference"


class NotText(InputRejected):
    """{file}, line {line}: {what}."""

    code = "TD-0203"


class BadQuotes(InputRejected):
    """{file}, line {line}: {what}."""

    code = "TD-0204"


class BadHeader(InputRejected):
    """{file}: the header does not fit: {what}."""

    code = "TD-0205"


class NotAWorkbook(InputRejected):
    """{file} is not a workbook that can be read: {what}."""

    code = "TD-0206"


class TooBig(InputRejected):
    """{file} is larger than it should be: {what}."""

    code, why = "TD-0207", "a small file that unfolds into a huge one can bring the machine down"
    do = "save the sheet alone as CSV UTF-8, or in several files"


class HiddenContent(InputRejected):
    """{file}, sheet {sheet}: {what} hidden."""

    code, why = "TD-0208", "what nobody sees on the screen would be imported with the rest"
    do = "takedown import {file} --hidden skip (or: include)"


class SheetUnclear(InputRejected):
    """{file}: {what}."""

    code, why, do = "TD-0209", "the sheets with rows are: {sheets}", "takedown import {file} --sheet NAME"


class RowsRejected(InputRejected):
    """{faulty} of {rows} rows of {file} have problems."""

    code = "TD-0210"


class RejectsFile(UsageError):
    """The rejects cannot be written to {file}: {what}."""

    code, why, do = (
        "TD-0211",
        "nothing was imported, so that no rejected row is lost",
        "takedown import ... --rejects ANOTHER-FILE",
    )


class BadProfile(UsageError):
    """The profile {file} cannot be used: {what}."""

    code, why, do = "TD-0213", "{why}", "{do}"
