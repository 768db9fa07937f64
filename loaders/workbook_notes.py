"""What the notes sheet of the workbook says, in Swedish and English."""

from __future__ import annotations

from ontology.label import Label

SOURCE_HEADER = (Label("fält", "field"), Label("värde", "value"), Label("förklaring", "explanation"))
SHEET_LIST = Label("Bladen:", "The sheets:")

NOTES = (
    Label("Kedjas arbetsbok: så får du in dina uppgifter.", "The Kedja workbook: how to get your data in."),
    Label(
        "Fyll i bladet Källa först: serie, utgåva, titel och utgivare måste finnas. En ny utgåva av samma serie "
        "ersätter den förra (läge full).",
        "Fill in the sheet Source first: series, edition, title and publisher are needed. A new edition of the same "
        "series replaces the one before (mode full).",
    ),
    Label(
        "Varje rad på ett blad är en sak eller en länk. Du behöver inte använda alla blad eller kolumner; tomma blad "
        "kan tas bort. Kolumner med * måste fyllas i.",
        "Each row of a sheet is a thing or a link. You need not use every sheet or column; empty sheets may be "
        "deleted. Columns marked * must be filled in.",
    ),
    Label(
        "id: schema:värde, till exempel se-orgnr:2321000131, gln:7350053850019, cpv:33141420 eller iso3166-1:MY, "
        "eller ett eget id utan kolon, till exempel K-17. Ett eget id gäller inom serien.",
        "id: scheme:value, for instance se-orgnr:2321000131, gln:7350053850019, cpv:33141420 or iso3166-1:MY, or an "
        "id of your own without a colon, for instance K-17. Your own id holds within the series.",
    ),
    Label(
        "Ett steg är en sak som görs av en aktör i ett led. En rad per steg: kolumnerna ger, utför, driver, ligger i "
        "och levererar till är genvägar, så att du slipper länkbladen.",
        "A step is one output made by one actor at one stage. One row a step: the columns outputs, performs, runs, "
        "located in and supplies are short cuts, so that you need not use the link sheets.",
    ),
    Label(
        "Genvägar: en länktyp som utgår från eller når radens sak kan skrivas i en kolumn med länkens namn. Kan båda "
        "hända betyder kolumnen det som utgår från raden, och den som når raden är märkt (från). Ange id:n, flera "
        "åtskilda med semikolon. Radens giltighet, status, tillförlitlighet, sekretess och enligt gäller också "
        "länken; behöver länken egna uppgifter (andel, rad-id) använder du länkbladet.",
        "Short cuts: a link type that leaves or reaches the row's thing may be written in a column of the link's "
        "name. Where both can be, the column means the link that leaves the row, and the one that reaches it is "
        "marked (from). Give ids, several separated by semicolons. The row's validity, status, confidence, secrecy "
        "and cites hold for the link too; for a link with facts of its own (share, row id) use the link's sheet.",
    ),
    Label(
        "På länkbladen går från och till i den riktning som varan eller risken rör sig: från den som levererar till "
        "den som köper.",
        "On the link sheets, from and to follow the goods or the risk: from who supplies to who buys.",
    ),
    Label(
        "Tomt betyder okänt. Okänt är aldrig noll och aldrig låg risk. Skriv inget som du inte vet.",
        "Blank means unknown. Unknown is never zero and never low risk. Write nothing that you do not know.",
    ),
    Label(
        "Datum: 2026-03-15; giltig från och till och med får också vara 2026-03 eller 2026. Till och med är den "
        "sista dagen. Tal: 1 234,5 eller 1234.5; andelar 0,25 eller 25 %. Ja eller nej.",
        "Dates: 2026-03-15; valid from and to may also be 2026-03 or 2026. Valid to is the last day. Numbers: "
        "1 234,5 or 1234.5; shares 0.25 or 25 %. Yes or no.",
    ),
    Label(
        "Värden ur en lista får skrivas på svenska eller engelska eller som id; flera åtskilda med semikolon.",
        "Values from a list may be written in Swedish or English or as ids; several separated by semicolons.",
    ),
    Label(
        "Anteckningar, som inte läses, är exempelraden på varje blad (id # exempel-1) och rader med bara en cell, som "
        "börjar med #. Allt annat läses, eller nämns i rapporten: också kolumner och blad som börjar med #.",
        "Notes, which are not read, are the example row of each sheet (id # example-1) and rows of one cell that "
        "begins with #. Everything else is read or named in the report: columns and sheets that begin with # too.",
    ),
    Label(
        "Personer: en enskild näringsidkares organisationsnummer är ett personnummer. Kedja känner igen det, och "
        "döljer namn och nummer innan något lagras. Skriv inte namn på arbetare, ägare eller kontaktpersoner.",
        "Persons: a sole trader's organisation number is a personal number. Kedja recognises it, and hides name and "
        "number before anything is stored. Do not write names of workers, owners or contact persons.",
    ),
    Label(
        "En rad som inte kan läsas stoppar inga andra: rapporten säger blad, rad, kolumn, värde och skäl. Är det en "
        "frivillig cell, lämnas bara den utanför. Rätta och läs in igen.",
        "A row that cannot be read stops no other: the report says sheet, row, column, value and reason. If it is an "
        "optional cell, only that is left out. Correct it and load again.",
    ),
)
