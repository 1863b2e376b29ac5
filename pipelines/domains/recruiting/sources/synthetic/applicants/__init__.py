"""Generated applicants: skills, fields of the form, CVs and protected attributes."""
