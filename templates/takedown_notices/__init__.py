"""Legal packs and notice texts: data only.

`packs/ID.toml`             one legal basis each, dated, with its source and what of it is not verified
`LANGUAGE/ID/*.txt`         its texts: subject, statement (forms and intake), letter, reminder and reminder_subject (mail),
                            and the forms that a pack says its letter comes with
`LANGUAGE/shared/*.txt`     what letters have in common; worded so that any instrument may use it
`LANGUAGE/words.toml`       names of kinds and measures, and the words that each instrument needs or may not use;
                            the direction of the script, and what a page of a letter says beside the text

`takedown.notices` reads them; an operator's folder of the same shape adds to them or replaces them.
"""
