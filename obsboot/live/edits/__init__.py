"""What a proving run changes in each kind of file of its copy of the pack. Each edit yields Changes and writes nothing."""
