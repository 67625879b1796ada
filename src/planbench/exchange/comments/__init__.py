"""Comment sheets that go out and come back as XLSX and DOCX, and reviewers' exchange files."""
