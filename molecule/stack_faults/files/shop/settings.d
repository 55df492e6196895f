letter d
