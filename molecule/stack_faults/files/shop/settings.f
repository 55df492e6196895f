letter f
