"""What each figure is measured against: the plainest fast program for the same work, without anything of ours."""
