letter e
