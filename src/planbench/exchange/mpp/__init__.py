"""Files of other programs, read through MPXJ (the extra `planbench[mpp]`) in another process."""
