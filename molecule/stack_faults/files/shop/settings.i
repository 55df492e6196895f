letter i
