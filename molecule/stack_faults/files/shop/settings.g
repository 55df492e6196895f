letter g
