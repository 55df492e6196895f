letter h
