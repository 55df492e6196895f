letter j
