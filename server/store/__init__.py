"""What is kept: SQLite through SQLAlchemy Core; SQL lives here and nowhere else."""
