letter c
