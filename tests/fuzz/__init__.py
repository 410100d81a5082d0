"""Random projects, changes of their templates and edits by hand: what each updater loses, and whether it says so."""
