"""The checks of the group `promql`."""
