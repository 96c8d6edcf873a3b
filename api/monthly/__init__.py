"""The report of a month as a page, a workbook and a document of the same tables."""
