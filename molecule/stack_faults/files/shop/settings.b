letter b
