"""Several good rosters of one problem, none better than another in all asked."""
